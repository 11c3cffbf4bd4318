/**
 * What a model graph computes, written for clarity: each node's records as a list, with their timestamps, from first to last.
 * There is no parallelism, no order and no crash here.
 */

import { type Item, inputsOf, type KeyForm, keyOf, type ModelNode, slideOf, type Timed } from './model-graph.js';

/** The records of every node. Of a `reduce`: the last of each key. */
export function evaluate(nodes: readonly ModelNode[]): readonly (readonly Timed[])[] {
  const results: (readonly Timed[])[] = [];
  const sides: (readonly Timed[])[] = [];
  for (const [index, node] of nodes.entries()) {
    const [first = [], second = []] = inputsOf(node).map((input) => results[input] as readonly Timed[]);
    const isBroadcast = 'partitioning' in node && node.partitioning === 'broadcast';
    const records = isBroadcast ? repeat(first, node.parallelism ?? 1) : first;
    if (node.kind === 'side') {
      results.push(sides[node.input] ?? []);
    } else {
      results.push(apply(node, records, second));
      if (node.kind === 'split') sides[index] = records.filter(([{ v }]) => v % node.n === 0);
    }
  }
  return results;
}

function apply(node: ModelNode, first: readonly Timed[], second: readonly Timed[]): readonly Timed[] {
  switch (node.kind) {
    case 'source':
      return node.splits.flat();
    case 'side':
      return first;
    case 'map':
      return first.map(([item, time]) => [{ ...item, v: item.v + node.n }, time]);
    case 'filter':
    case 'split':
      return first.filter(([{ v }]) => v % node.n !== 0);
    case 'flatMap':
      return first.flatMap(([item, time]) => copies(item, node.n).map((copy): Timed => [copy, time]));
    case 'union':
      return [...first, ...second];
    case 'count':
      return byKey(first, node.key).flatMap((group) =>
        group.map(([{ k }, time], at): Timed => [{ k: keyNumber(node.key, k), v: at + 1 }, time]),
      );
    case 'reduce':
      return byKey(first, node.key).map((group) => total(node.key, group));
    case 'join':
      return first.flatMap(([left]) =>
        second
          .filter(([right]) => sameKey(node.key, left, right))
          .map(([right]): Timed => [{ k: keyNumber(node.key, left.k), v: left.v * 1000 + right.v }, 0]),
      );
    case 'timers':
      return byKeyAndSlot(first, node.key, node.n).map(({ group, slot }) => {
        const end = (slot + 1) * node.n;
        return [{ k: keyNumber(node.key, group[0]![0].k), v: sum(group) }, end];
      });
    case 'tumbling':
      return byKeyAndSlot(first, node.key, node.n).map(({ group, slot }) => {
        return [{ k: keyNumber(node.key, group[0]![0].k), v: sum(group) }, (slot + 1) * node.n - 1];
      });
    case 'sliding': {
      const inWindows = first.flatMap(([item, time]) => startsOf(time, node.n).map((start): Timed => [item, start]));
      return grouped(inWindows, ([item, start]) => JSON.stringify([keyOf(node.key, item), start])).map((group) => {
        return [total(node.key, group)[0], group[0]![1] + node.n - 1];
      });
    }
    case 'session':
      return byKey(first, node.key).flatMap((group) => sessions(node.key, group, node.n));
  }
}

/** The copies that `flatMap` makes: none for an even `n` of 0. */
export function copies(item: Item, n: number): Item[] {
  return Array.from({ length: n }, (_, at) => ({ ...item, v: item.v + at }));
}

/** What stands for a key in a result, whatever its form. */
export function keyNumber(form: KeyForm, k: number): number {
  return form === 'boolean' ? k % 2 : k;
}

function repeat(records: readonly Timed[], times: number): Timed[] {
  return records.flatMap((record) => Array.from({ length: times }, () => record));
}

function sameKey(form: KeyForm, a: Item, b: Item): boolean {
  return JSON.stringify(keyOf(form, a)) === JSON.stringify(keyOf(form, b));
}

function byKey(records: readonly Timed[], form: KeyForm): readonly Timed[][] {
  return grouped(records, ([item]) => JSON.stringify(keyOf(form, item)));
}

function byKeyAndSlot(records: readonly Timed[], form: KeyForm, size: number) {
  const slotOf = ([, time]: Timed) => Math.floor(time / size);
  return grouped(records, (record) => JSON.stringify([keyOf(form, record[0]), slotOf(record)])).map((group) => ({
    group,
    slot: slotOf(group[0] as Timed),
  }));
}

function grouped(records: readonly Timed[], keyOfRecord: (record: Timed) => string): readonly Timed[][] {
  const groups = new Map<string, Timed[]>();
  for (const record of records) {
    const key = keyOfRecord(record);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()];
}

/** Where the sliding windows begin that a moment is in. */
function startsOf(time: number, size: number): number[] {
  const slide = slideOf(size);
  const starts: number[] = [];
  for (let start = Math.floor(time / slide) * slide; start > time - size; start -= slide) starts.push(start);
  return starts;
}

/** Runs of records with less than `gap` between neighbours; the result has the last moment of the session. */
function sessions(form: KeyForm, group: readonly Timed[], gap: number): Timed[] {
  const runs: Timed[][] = [];
  for (const record of [...group].sort((a, b) => a[1] - b[1])) {
    const last = runs.at(-1);
    // Windows that touch are one.
    if (last !== undefined && record[1] <= last.at(-1)![1] + gap) last.push(record);
    else runs.push([record]);
  }
  return runs.map((run) => [total(form, run)[0], run.at(-1)![1] + gap - 1]);
}

function total(form: KeyForm, group: readonly Timed[]): Timed {
  return [{ k: keyNumber(form, group[0]![0].k), v: sum(group) }, 0];
}

function sum(group: readonly Timed[]): number {
  return group.reduce((so, [{ v }]) => so + v, 0);
}

/**
 * Whether two neighbours of a key are just the gap apart. Their windows touch, and are one session if the first has not fired
 * when the second record comes: that depends on the watermark between them, so there is no one right answer.
 */
export function hasTouchingSessions(records: readonly Timed[], form: KeyForm, gap: number): boolean {
  return byKey(records, form).some((group) => {
    const times = group.map(([, time]) => time).sort((a, b) => a - b);
    return times.some((time, index) => times[index + 1] === time + gap);
  });
}
