/**
 * `createSource`: a replayable source in ten lines. The user names the splits and reads one from a position on; which
 * subtask reads which split, buffering, snapshots and replay are done here. A record is yielded with the position behind it.
 */

import type {
  Boundedness,
  SimpleVersionedSerializer,
  Source,
  SourceSplit,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../api/connector.js';
import { FlinkError, messageOf } from '../common/errors.js';
import { listSerializer, type StateFormat, stateSerializer } from './binary-format.js';
import { CustomSourceReader } from './custom-source-reader.js';
import { decodePlain, encodePlain } from './plain-data.js';

/** What a read yields: the record, the position behind it, and its timestamp if it has one. */
export type Positioned<T, P> = readonly [record: T, nextPosition: P, timestamp?: number];

/** How a source of {@link createSource} works. */
export interface CustomSourceOptions<T, P> {
  /** Names of the splits; each is read by one subtask. Called once, on a fresh start. */
  splits(): readonly string[] | Promise<readonly string[]>;
  /**
   * Reads a split from a position on, which is undefined at its beginning. Returning ends the split. After a restore it is
   * called with the position that the last record of the snapshot was yielded with. The signal aborts when the reader closes.
   */
  read(
    split: string,
    position: P | undefined,
    signal: AbortSignal,
  ): AsyncIterable<Positioned<T, P>> | Iterable<Positioned<T, P>>;
  /** Default: `BOUNDED`. All splits of an unbounded source are read side by side. */
  readonly boundedness?: Boundedness;
}

/** A split of a custom source; `position` is undefined before the first record. @internal */
export interface CustomSplit extends SourceSplit {
  readonly position: unknown;
}

/**
 * Makes a source of a function that reads a split from a position on. Positions are plain data.
 *
 * ```ts
 * const numbers = createSource({
 *   splits: () => ['a', 'b'],
 *   read: async function* (split, position: number | undefined) {
 *     for (let n = position ?? 0; n < 10; n++) yield [`${split}${n}`, n + 1];
 *   },
 * });
 * ```
 */
export function createSource<T, P>(options: CustomSourceOptions<T, P>): Source<T> {
  const boundedness = options.boundedness ?? 'BOUNDED';
  const source: Source<T, CustomSplit, CustomEnumeratorState> = {
    boundedness,
    createEnumerator: (context, restored) =>
      new CustomSplitEnumerator(context, boundedness, () => options.splits(), restored),
    createReader: (context) =>
      new CustomSourceReader<T>(context, (split, position, signal) =>
        options.read(split, position as P | undefined, signal),
      ),
    splitSerializer: stateSerializer(SPLIT_FORMAT),
    enumeratorStateSerializer,
  };
  return source as Source<T>;
}

/** Splits that nobody has. @internal */
export type CustomEnumeratorState = readonly CustomSplit[];

const SPLIT_FORMAT: StateFormat<CustomSplit> = {
  what: 'split of a custom source',
  version: 1,
  write(split, out) {
    out.text(split.splitId);
    out.bytes(encodePlain(split.position, `position of split "${split.splitId}"`));
  },
  read: (input) => ({
    splitId: input.text(),
    position: decodePlain(input.bytes(), 'position of a custom source'),
  }),
};

const enumeratorStateSerializer: SimpleVersionedSerializer<CustomEnumeratorState> = listSerializer(SPLIT_FORMAT);

/**
 * Bounded: one split a request. Unbounded: a split never ends, so all are dealt out as the readers register, split i to
 * subtask i modulo the parallelism.
 */
class CustomSplitEnumerator implements SplitEnumerator<CustomSplit, CustomEnumeratorState> {
  readonly #context: SplitEnumeratorContext<CustomSplit>;
  readonly #isBounded: boolean;
  readonly #list: () => readonly string[] | Promise<readonly string[]>;
  /** Unassigned splits; undefined until they are listed. */
  #remaining: CustomSplit[] | undefined;

  constructor(
    context: SplitEnumeratorContext<CustomSplit>,
    boundedness: Boundedness,
    list: () => readonly string[] | Promise<readonly string[]>,
    restored: CustomEnumeratorState | undefined,
  ) {
    this.#context = context;
    this.#isBounded = boundedness === 'BOUNDED';
    this.#list = list;
    this.#remaining = restored === undefined ? undefined : [...restored];
  }

  async start(): Promise<void> {
    if (this.#remaining !== undefined) return;
    let names: readonly string[];
    try {
      names = [...(await this.#list())];
    } catch (cause) {
      throw new FlinkError('USER_FUNCTION_FAILED', `The splits of the source cannot be listed: ${messageOf(cause)}`, {
        cause,
      });
    }
    if (new Set(names).size !== names.length) {
      throw new FlinkError(
        'USER_FUNCTION_FAILED',
        `The splits of the source have names that are not unique: ${names.join(', ')}.`,
      );
    }
    this.#remaining = names.map((splitId) => ({ splitId, position: undefined }));
  }

  addReader(subtask: number): void {
    if (this.#isBounded) return;
    const { parallelism } = this.#context;
    const all = this.#remaining ?? [];
    const own = all.filter((_, index) => index % parallelism === subtask);
    this.#remaining = all.filter((split) => !own.includes(split));
    for (const split of own) this.#context.assignSplit(split, subtask);
  }

  handleSplitRequest(subtask: number): void {
    if (!this.#isBounded) return;
    const split = this.#remaining?.shift();
    if (split === undefined) this.#context.signalNoMoreSplits(subtask);
    else this.#context.assignSplit(split, subtask);
  }

  addSplitsBack(splits: readonly CustomSplit[], subtask: number): void {
    if (this.#isBounded) {
      this.#remaining = [...splits, ...(this.#remaining ?? [])];
      return;
    }
    for (const split of splits) this.#context.assignSplit(split, subtask);
  }

  snapshotState(): CustomEnumeratorState {
    return [...(this.#remaining ?? [])];
  }

  close(): void {}
}
