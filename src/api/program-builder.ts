/**
 * Collects the nodes of a program while its author builds it. A node is described after the call that made it
 * (`.map(f).uid('parse')`), also when other streams read from it already; so nodes are drafts here, and become frozen
 * transformations when the program is taken for execution.
 */

import { FlinkError } from '../common/errors.js';
import {
  createOperatorNode,
  createPartitionNode,
  createSideOutputNode,
  createSinkNode,
  createSourceNode,
  createUnionNode,
  type NodeSettings,
  type Transformation,
  type TransformationOf,
} from '../graph/transformation.js';
import type { StreamFactory } from './stream-factory.js';

/** Settings that may still change. @internal */
export type DraftSettings = { -readonly [Key in keyof NodeSettings]: NodeSettings[Key] };

type DraftOf<KindT extends Transformation['kind'], LinksT> = Omit<
  TransformationOf<KindT>,
  'settings' | 'input' | 'inputs'
> &
  LinksT;
type Settled = { readonly settings: DraftSettings };

/** A node that has settings, before it is frozen. @internal */
export type PhysicalDraft =
  | DraftOf<'source', Settled>
  | DraftOf<'operator', Settled & { readonly inputs: readonly Draft[] }>
  | DraftOf<'sink', Settled & { readonly input: Draft }>;

/** A node before it is frozen. @internal */
export type Draft =
  | PhysicalDraft
  | DraftOf<'partition', { readonly input: Draft }>
  | DraftOf<'union', { readonly inputs: readonly Draft[] }>
  | DraftOf<'sideOutput', { readonly input: Draft }>;

type WithoutId<DraftT> = DraftT extends Draft ? Omit<DraftT, 'id'> : never;

/** The nodes of one environment. @internal */
export class ProgramBuilder {
  /** Makes the streams that stand for nodes; injected, because the classes of streams refer to each other in circles. */
  readonly streams: StreamFactory;
  /** Parallelism that the program gave to the environment: what operators made from now on get. */
  defaultParallelism: number | undefined;
  /** Executes the program and gives what the collect sink with this id gets. */
  readonly executeAndCollect: (collectId: string) => AsyncIterable<unknown>;
  #nextId = 1;
  #drafts: Draft[] = [];

  constructor(streams: StreamFactory, executeAndCollect: (collectId: string) => AsyncIterable<unknown>) {
    this.streams = streams;
    this.executeAndCollect = executeAndCollect;
  }

  /** Adds a node under the next id; operators and sinks without a parallelism get the environment's. */
  add<DraftT extends Draft>(fields: WithoutId<DraftT>): DraftT {
    const draft = { id: this.#nextId++, ...fields } as unknown as DraftT;
    if ('settings' in draft && draft.settings.parallelism === undefined && this.defaultParallelism !== undefined) {
      draft.settings.parallelism = this.defaultParallelism;
    }
    this.#drafts.push(draft);
    return draft;
  }

  /** An id of its own for a program that collects its results. */
  get nextId(): number {
    return this.#nextId;
  }

  /**
   * The frozen nodes of the program that is executed now, in order of creation: those made since the last execution, and
   * whatever they read from. The next program starts empty, as in Flink.
   */
  take(): readonly Transformation[] {
    const frozen = new Map<number, Transformation>();
    for (const draft of this.#drafts) freeze(draft, frozen);
    this.#drafts = [];
    return Object.freeze([...frozen.values()].sort((a, b) => a.id - b.id));
  }
}

/** Freezes a node after those it reads from. Recursion is as deep as the program is long. */
function freeze(draft: Draft, frozen: Map<number, Transformation>): Transformation {
  const known = frozen.get(draft.id);
  if (known !== undefined) return known;
  const node = freezeNew(draft, (input) => freeze(input, frozen));
  frozen.set(draft.id, node);
  return node;
}

function freezeNew(draft: Draft, frozenInput: (input: Draft) => Transformation): Transformation {
  switch (draft.kind) {
    case 'source':
      return createSourceNode({ ...draft, settings: { ...draft.settings } });
    case 'operator':
      return createOperatorNode({ ...draft, settings: { ...draft.settings }, inputs: draft.inputs.map(frozenInput) });
    case 'sink':
      return createSinkNode({ ...draft, settings: { ...draft.settings }, input: frozenInput(draft.input) });
    case 'partition':
      return createPartitionNode({ ...draft, input: frozenInput(draft.input) });
    case 'union':
      return createUnionNode({ ...draft, inputs: draft.inputs.map(frozenInput) });
    case 'sideOutput':
      return createSideOutputNode({ ...draft, input: frozenInput(draft.input) });
  }
}

/** Streams of two environments cannot meet in one program. @internal */
export function assertSameProgram(a: ProgramBuilder, b: ProgramBuilder): void {
  if (a !== b) {
    throw new FlinkError(
      'GRAPH_INVALID',
      'Two streams of different environments cannot be brought together in one job.',
    );
  }
}
