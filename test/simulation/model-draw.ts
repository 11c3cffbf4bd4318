/** Draws model graphs from random numbers. */

import type { SeededRandom } from '../support/seeded-random.js';
import {
  isTimed,
  type KeyForm,
  type ModelGraph,
  type ModelNode,
  type Partitioning,
  type Timed,
} from './model-graph.js';
import { evaluate, hasTouchingSessions } from './model-reference.js';

type Common = Pick<ModelNode, 'parallelism' | 'slotGroup'>;

/** Records in any node at most. */
const MOST_RECORDS = 400;

/** Draws a graph. */
export function drawGraph(random: SeededRandom): ModelGraph {
  const nodes: ModelNode[] = [];
  for (let count = 1 + random.integer(2); count > 0; count--) nodes.push(drawSource(random));
  const operators = 1 + random.integer(6);
  for (let tries = 0; nodes.length < operators + 2 && tries < 20; tries++) {
    const node = drawOperator(random, nodes);
    if (node === undefined || evaluate([...nodes, node]).at(-1)!.length > MOST_RECORDS) continue;
    if (node.kind === 'session' && hasTouchingSessions(evaluate(nodes)[node.input] ?? [], node.key, node.n)) continue;
    nodes.push(node);
    if (node.kind === 'split' && random.integer(2) === 0) nodes.push({ kind: 'side', input: nodes.length - 1 });
  }
  return { nodes, maxParallelism: [8, 128][random.integer(2)] as number, chaining: random.integer(4) > 0 };
}

function drawSource(random: SeededRandom): ModelNode {
  const bound = random.integer(20);
  const splits = Array.from({ length: random.integer(5) }, () =>
    Array.from({ length: random.integer(25) }, (_, index): Timed => {
      const item = { k: random.integer(6), v: 1 + random.integer(30), ...drawPayload(random) };
      return [item, index * 3 + bound - (bound === 0 ? 0 : random.integer(bound))];
    }),
  );
  return { kind: 'source', splits, bound, batch: 1 + random.integer(6), ...drawCommon(random) };
}

function drawPayload(random: SeededRandom): { p?: unknown } {
  const payloads = ['text', 1.5, null, [1, 'two', [3]], { a: 1, b: { c: 'd' } }, true, new Date(5), 12n];
  const at = random.integer(payloads.length * 4);
  return at < payloads.length ? { p: payloads[at] } : {};
}

function drawCommon(random: SeededRandom): Common {
  return {
    ...(random.integer(4) === 0 && { parallelism: 1 + random.integer(3) }),
    ...(random.integer(12) === 0 && { slotGroup: 'other' }),
  };
}

function drawOperator(random: SeededRandom, nodes: readonly ModelNode[]): ModelNode | undefined {
  const open = nodes.flatMap((node, index) => (node.kind === 'reduce' ? [] : [index]));
  const pick = () => open[random.integer(open.length)] as number;
  const input = pick();
  const key = (['number', 'string', 'boolean', 'tuple'] as const)[random.integer(4)] as KeyForm;
  const partitionings = ['none', 'none', 'rebalance', 'rescale', 'shuffle', 'global', 'custom', 'broadcast'] as const;
  const partitioning = partitionings[random.integer(partitionings.length)] as Partitioning;
  // A broadcast multiplies records by the parallelism, which may then not change.
  const common = partitioning === 'broadcast' ? { parallelism: 1 + random.integer(3) } : drawCommon(random);
  const n = 2 + random.integer(4);
  switch (random.integer(13)) {
    case 0:
      return { kind: 'map', input, partitioning, n, ...common };
    case 1:
      return { kind: 'filter', input, partitioning, n, ...common };
    case 2:
      return { kind: 'flatMap', input, partitioning, n: n - 2, ...common };
    case 3:
      return { kind: 'split', input, partitioning, n, ...common };
    case 4:
      return { kind: 'union', inputs: [input, pick()] };
    case 5:
    case 6:
      return { kind: 'count', input, key, ...drawCommon(random) };
    case 7:
      return { kind: 'join', inputs: [input, pick()], key, ...drawCommon(random) };
    case 8:
      return { kind: 'reduce', input, key, ...drawCommon(random) };
    default:
      return isTimed(nodes, input) ? drawTimed(random, input, key) : undefined;
  }
}

function drawTimed(random: SeededRandom, input: number, key: KeyForm): ModelNode {
  const kind = (['timers', 'timers', 'tumbling', 'session', 'sliding'] as const)[random.integer(5)] as 'timers';
  return { kind, input, key, n: 4 + random.integer(20), ...drawCommon(random) };
}
