/**
 * The graphs of the model checker, as data: a list of nodes, each reading from earlier ones. Every node's result is the same
 * in whatever order records arrive, so that there is one right answer: what depends on order (the time of a running count)
 * marks its stream as untimed, and operators of event time are put on timed streams only.
 */

/** A record: key, value, and perhaps something to carry along. */
export interface Item {
  readonly k: number;
  readonly v: number;
  readonly p?: unknown;
}

/** An input record: item and timestamp. */
export type Timed = readonly [item: Item, timestamp: number];

export type Partitioning = 'none' | 'rebalance' | 'rescale' | 'shuffle' | 'global' | 'custom' | 'broadcast';
export type KeyForm = 'number' | 'string' | 'boolean' | 'tuple';

interface Common {
  /** Fixed parallelism; the job's where it is absent. */
  readonly parallelism?: number;
  readonly slotGroup?: string;
}

/** One node. `input`: positions of earlier nodes. */
export type ModelNode = Common &
  (
    | {
        readonly kind: 'source';
        readonly splits: readonly (readonly Timed[])[];
        readonly bound: number;
        readonly batch: number;
      }
    | {
        readonly kind: 'map' | 'filter';
        readonly input: number;
        readonly partitioning: Partitioning;
        readonly n: number;
      }
    | { readonly kind: 'flatMap'; readonly input: number; readonly partitioning: Partitioning; readonly n: number }
    /** A process function: records whose value divides by `n` go to the side output; `side` reads that. */
    | { readonly kind: 'split'; readonly input: number; readonly partitioning: Partitioning; readonly n: number }
    | { readonly kind: 'side'; readonly input: number }
    | { readonly kind: 'union'; readonly inputs: readonly [number, number] }
    | { readonly kind: 'count'; readonly input: number; readonly key: KeyForm }
    | { readonly kind: 'timers'; readonly input: number; readonly key: KeyForm; readonly n: number }
    | {
        readonly kind: 'tumbling' | 'sliding' | 'session';
        readonly input: number;
        readonly key: KeyForm;
        readonly n: number;
      }
    /** All pairs of a key. */
    | { readonly kind: 'join'; readonly inputs: readonly [number, number]; readonly key: KeyForm }
    /** Ends a branch: running sums, of which the last of each key is compared. */
    | { readonly kind: 'reduce'; readonly input: number; readonly key: KeyForm }
  );

/** A graph and the settings that its job runs with. */
export interface ModelGraph {
  readonly nodes: readonly ModelNode[];
  readonly maxParallelism: number;
  readonly chaining: boolean;
}

/** What a key is made of. */
export function keyOf(form: KeyForm, { k }: Item): unknown {
  if (form === 'number') return k;
  if (form === 'string') return `key ${k}`;
  return form === 'boolean' ? k % 2 === 0 : [k % 3, `k${k}`];
}

/** Positions of nodes that no other node reads: each gets a sink. */
export function endsOf(nodes: readonly ModelNode[]): number[] {
  const read = new Set(nodes.flatMap(inputsOf));
  return nodes.flatMap((_, index) => (read.has(index) ? [] : [index]));
}

export function inputsOf(node: ModelNode): readonly number[] {
  if (node.kind === 'source') return [];
  return 'inputs' in node ? node.inputs : [node.input];
}

/** Whether the timestamps of a node's records are the same in every run. */
export function isTimed(nodes: readonly ModelNode[], index: number): boolean {
  const node = nodes[index] as ModelNode;
  if (
    node.kind === 'source' ||
    node.kind === 'tumbling' ||
    node.kind === 'sliding' ||
    node.kind === 'session' ||
    node.kind === 'timers'
  )
    return true;
  if (node.kind === 'count' || node.kind === 'join' || node.kind === 'reduce') return false;
  return inputsOf(node).every((input) => isTimed(nodes, input));
}

/** How far apart sliding windows of a size begin; the size need not be a multiple. */
export function slideOf(size: number): number {
  return Math.ceil(size / 2.5);
}
