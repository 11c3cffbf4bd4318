/**
 * What the API builds: one node for each call that makes a stream. A node is frozen data; the functions that it names stay
 * in the worker that built it (`functions`), and are never serialised. Ids count up in order of creation, as in Flink,
 * virtual nodes (partition, union, side output) included.
 */

/** How records choose a channel, in the spelling of Flink's plans. @internal */
export type PartitionerKind =
  | 'FORWARD'
  | 'REBALANCE'
  | 'RESCALE'
  | 'SHUFFLE'
  | 'BROADCAST'
  | 'GLOBAL'
  | 'CUSTOM'
  | 'HASH';

/** Which neighbours an operator may be chained to. @internal */
export type ChainingStrategy = 'ALWAYS' | 'NEVER' | 'HEAD' | 'HEAD_WITH_SOURCES';

/** Settings that every physical node has. @internal */
export interface NodeSettings {
  readonly name: string;
  /** Text in the REST plan; the name where the operator has nothing better to say. */
  readonly description?: string;
  readonly uid?: string;
  readonly uidHash?: string;
  /** Undefined: the default of the job. */
  readonly parallelism?: number;
  readonly maxParallelism?: number;
  /** True: this node can only run with its parallelism (`windowAll`, non-parallel sources). */
  readonly parallelismFixed?: boolean;
  readonly slotSharingGroup?: string;
  readonly chaining: ChainingStrategy;
  /** Milliseconds until a buffer that this node fills is sent; -1 = only full ones. Undefined: the default of the job. */
  readonly bufferTimeout?: number;
}

/**
 * The operators that exist. `spec` of a node says which one, with all it needs to know that is data; user functions are
 * in `functions` of the node, under the names that the operator's factory expects.
 *
 * @internal
 */
export type OperatorSpec =
  | { readonly type: 'map' | 'flatMap' | 'filter' | 'process' }
  | { readonly type: 'keyedProcess' | 'reduce' }
  /** `sum`, `min`, `max`, `minBy`, `maxBy` of a field (name or tuple index). */
  | {
      readonly type: 'aggregate';
      readonly kind: RollingAggregate;
      readonly field: string | number;
      readonly first: boolean;
    }
  | { readonly type: 'coMap' | 'coFlatMap' | 'coProcess' | 'keyedCoProcess' }
  | { readonly type: 'broadcastProcess' | 'keyedBroadcastProcess' }
  | { readonly type: 'timestampsAndWatermarks' }
  | { readonly type: 'sinkWriter'; readonly hasCommitter: boolean }
  | { readonly type: 'sinkCommitter' }
  /** A sink in one operator (`print`), as Flink's legacy sinks. */
  | { readonly type: 'sinkFunction' }
  | WindowSpec
  /** Joins and asynchronous functions: the factory is found by `type`, `config` is its own. */
  | { readonly type: 'custom'; readonly operator: string; readonly config: unknown };

/**
 * An operator of windows. Its functions: `assigner`, `trigger` and, if there is one, `evictor`; `fold` (the reducer or the
 * aggregate function), `function` (what gets the contents), `type` (how the contents are stored).
 *
 * @internal
 */
export interface WindowSpec {
  readonly type: 'window';
  /** How elements are folded as they arrive; `none` keeps them all. */
  readonly fold: 'none' | 'reduce' | 'aggregate' | FieldFold;
  /** What the function is, and so how it is called; `none` puts the folded value out. */
  readonly call: 'none' | 'process' | 'processAll' | 'apply' | 'applyAll' | 'coGroup' | 'join' | 'flatJoin';
  /** Milliseconds. */
  readonly allowedLateness: number;
  /** Where late elements go; they are dropped and counted without it. */
  readonly lateTag?: string;
}

/** A fold of one field. @internal */
export interface FieldFold {
  readonly kind: RollingAggregate;
  readonly field: string | number;
  readonly first: boolean;
}

/** Rolling aggregations of a keyed stream. @internal */
export type RollingAggregate = 'sum' | 'min' | 'max' | 'minBy' | 'maxBy';

/**
 * User functions of a node, by role:
 *
 *   function             what the operator calls: a plain function, or an object of the function's interface. A plain
 *                        `flatMap` either emits into its collector or returns an iterable: look at what it returned.
 *   keySelector, keyType     of a keyed operator's (first) input, and of a HASH partition; the type may be undefined
 *   keySelector2, keyType2   of a keyed operator's second input
 *   source               a Source (`api/connector.ts`)
 *   watermarkStrategy    of a source, and of `timestampsAndWatermarks`
 *   sink                 a Sink: of a `sink` node, and of a `sinkFunction`, which writes by `createWriter` alone
 *   partitioner          of a CUSTOM partition, beside its `keySelector`: `(key, channels) => channel`
 *   broadcastStates      descriptors of the states of a broadcast function's second input
 *
 * Writer and committer of a sink share the functions of their `sink` node. @internal
 */
export type NodeFunctions = Readonly<Record<string, unknown>>;

/** One node of the program. @internal */
export type Transformation =
  | {
      readonly kind: 'source';
      readonly id: number;
      readonly settings: NodeSettings;
      readonly bounded: boolean;
      /** True for a source in the old style, which Flink's id generation treats as any other operator. */
      readonly legacy?: boolean;
      readonly functions: NodeFunctions;
    }
  | {
      readonly kind: 'operator';
      readonly id: number;
      /** One input, or two: the order is that of `processElement1` and `2`. */
      readonly inputs: readonly Transformation[];
      readonly settings: NodeSettings;
      readonly spec: OperatorSpec;
      readonly functions: NodeFunctions;
      /** Name of the declared key type of each keyed input (`keyBy(selector, Types.X)`); the type itself is a function. */
      readonly keyed: readonly boolean[];
    }
  /** `sinkTo`: expands to a writer and, if the sink has one, a committer, each with an id of its own. */
  | {
      readonly kind: 'sink';
      readonly id: number;
      readonly input: Transformation;
      readonly settings: NodeSettings;
      readonly hasCommitter: boolean;
      readonly functions: NodeFunctions;
    }
  | {
      readonly kind: 'partition';
      readonly id: number;
      readonly input: Transformation;
      readonly partitioner: PartitionerKind;
      readonly functions: NodeFunctions;
    }
  | { readonly kind: 'union'; readonly id: number; readonly inputs: readonly Transformation[] }
  | { readonly kind: 'sideOutput'; readonly id: number; readonly input: Transformation; readonly tag: string };

/** The part of {@link Transformation} with this kind. @internal */
export type TransformationOf<KindT extends Transformation['kind']> = Extract<Transformation, { readonly kind: KindT }>;

/** The kinds that become operators and have settings. @internal */
export type PhysicalTransformation = TransformationOf<'source' | 'operator' | 'sink'>;

/** Makes the node of a source. @internal */
export function createSourceNode(fields: Omit<TransformationOf<'source'>, 'kind'>): TransformationOf<'source'> {
  return freezeNode({ kind: 'source', ...fields });
}

/** Makes the node of an operator with one or two inputs. @internal */
export function createOperatorNode(fields: Omit<TransformationOf<'operator'>, 'kind'>): TransformationOf<'operator'> {
  return freezeNode({ kind: 'operator', ...fields });
}

/** Makes the node of a sink that has a writer and perhaps a committer. @internal */
export function createSinkNode(fields: Omit<TransformationOf<'sink'>, 'kind'>): TransformationOf<'sink'> {
  return freezeNode({ kind: 'sink', ...fields });
}

/** Makes the node that says how records choose a channel. @internal */
export function createPartitionNode(
  fields: Omit<TransformationOf<'partition'>, 'kind'>,
): TransformationOf<'partition'> {
  return freezeNode({ kind: 'partition', ...fields });
}

/** Makes the node of a union. @internal */
export function createUnionNode(fields: Omit<TransformationOf<'union'>, 'kind'>): TransformationOf<'union'> {
  return freezeNode({ kind: 'union', ...fields });
}

/** Makes the node of a side output. @internal */
export function createSideOutputNode(
  fields: Omit<TransformationOf<'sideOutput'>, 'kind'>,
): TransformationOf<'sideOutput'> {
  return freezeNode({ kind: 'sideOutput', ...fields });
}

/** The nodes that a node reads from, in order. @internal */
export function inputsOf(node: Transformation): readonly Transformation[] {
  switch (node.kind) {
    case 'source':
      return [];
    case 'operator':
    case 'union':
      return node.inputs;
    case 'sink':
    case 'partition':
    case 'sideOutput':
      return [node.input];
  }
}

/** Freezes the node and its plain parts; user functions are left as they are. */
function freezeNode<NodeT extends Transformation>(node: NodeT): NodeT {
  const parts: Readonly<Record<string, unknown>> = { ...node };
  for (const key of ['settings', 'functions', 'inputs', 'keyed', 'spec']) {
    if (parts[key] !== undefined) Object.freeze(parts[key]);
  }
  return Object.freeze(node);
}
