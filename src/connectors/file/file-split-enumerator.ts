/**
 * Lists files and hands them out, one split a request. In a watched directory a reader that asks in vain is remembered, and
 * gets the next file that appears. A file counts as new once, by its path: write it elsewhere and move it in.
 */

import type { SplitEnumerator, SplitEnumeratorContext } from '../../api/connector.js';
import { FlinkError, messageOf } from '../../common/errors.js';
import { END_OF_FILE, type FileEnumeratorState, type FileSplit, fileSplit, splitFile } from './file-split.js';
import { type FoundFile, findFiles } from './glob.js';

/** What the enumerator lists, and how. @internal */
export interface FileEnumeratorOptions {
  /** Absolute paths, directories and patterns. */
  readonly paths: readonly string[];
  /** How often the paths are listed again; undefined = once. */
  readonly intervalMs: number | undefined;
  /** Size of the parts that big files are cut into; undefined where the format does not allow it. */
  readonly partSize: number | undefined;
}

/** Finds files and hands out their splits. @internal */
export class FileSplitEnumerator implements SplitEnumerator<FileSplit, FileEnumeratorState> {
  readonly #context: SplitEnumeratorContext<FileSplit>;
  readonly #options: FileEnumeratorOptions;
  readonly #isRestored: boolean;
  readonly #seen: Set<string>;
  readonly #pending: FileSplit[];
  /** Readers that wait for a file. */
  readonly #asking = new Set<number>();

  constructor(
    context: SplitEnumeratorContext<FileSplit>,
    options: FileEnumeratorOptions,
    restored: FileEnumeratorState | undefined,
  ) {
    this.#context = context;
    this.#options = options;
    this.#isRestored = restored !== undefined;
    this.#seen = new Set(restored?.seen);
    this.#pending = [...(restored?.pending ?? [])];
  }

  async start(): Promise<void> {
    const { intervalMs } = this.#options;
    if (intervalMs === undefined) {
      if (!this.#isRestored) await this.#list();
      return;
    }
    this.#context.schedule(() => this.#discover(), 0, intervalMs);
  }

  addReader(subtask: number): void {
    this.#asking.delete(subtask);
  }

  handleSplitRequest(subtask: number): void {
    this.#asking.add(subtask);
    this.#assign();
  }

  addSplitsBack(splits: readonly FileSplit[]): void {
    this.#pending.unshift(...splits);
    this.#assign();
  }

  snapshotState(): FileEnumeratorState {
    const isWatching = this.#options.intervalMs !== undefined;
    return { pending: [...this.#pending], seen: isWatching ? [...this.#seen] : [] };
  }

  close(): void {}

  async #discover(): Promise<void> {
    await this.#list();
    this.#assign();
  }

  async #list(): Promise<void> {
    for (const path of this.#options.paths) {
      const files = await this.#find(path);
      for (const file of files) {
        if (this.#seen.has(file.path)) continue;
        this.#seen.add(file.path);
        this.#pending.push(...this.#split(file));
      }
    }
  }

  async #find(path: string): Promise<readonly FoundFile[]> {
    let files: FoundFile[] | undefined;
    try {
      files = await findFiles(path);
    } catch (cause) {
      throw new FlinkError('CONNECTOR_FAILED', `The files of "${path}" cannot be listed: ${messageOf(cause)}`, {
        cause,
      });
    }
    if (files === undefined && this.#options.intervalMs === undefined) {
      throw new FlinkError('CONNECTOR_FAILED', `The file source reads "${path}", which does not exist.`);
    }
    return files ?? [];
  }

  #split(file: FoundFile): FileSplit[] {
    const { partSize } = this.#options;
    const isWhole = partSize === undefined || file.path.endsWith('.gz');
    return isWhole ? [fileSplit(file.path, 0, END_OF_FILE)] : splitFile(file.path, file.size, partSize);
  }

  #assign(): void {
    const isWatching = this.#options.intervalMs !== undefined;
    for (const subtask of this.#asking) {
      const split = this.#pending.shift();
      if (split === undefined && isWatching) return;
      this.#asking.delete(subtask);
      if (split === undefined) this.#context.signalNoMoreSplits(subtask);
      else this.#context.assignSplit(split, subtask);
    }
  }
}
