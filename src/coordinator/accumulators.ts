/** Merges the accumulators of a job's tasks: by name over all tasks, in the way of their kind. */

/** A merged accumulator. @internal */
export interface MergedAccumulator {
  readonly name: string;
  /** Name of its class, such as `IntCounter`. */
  readonly kind: string;
  readonly value: unknown;
}

type Reported = readonly (readonly [name: string, kind: string, value: unknown])[];

/** What the tasks reported last; a task's new report replaces its old one. @internal */
export class JobAccumulators {
  readonly #byTask = new Map<string, Reported>();

  report(task: string, values: Reported): void {
    this.#byTask.set(task, values);
  }

  /** A new attempt counts anew. */
  clear(): void {
    this.#byTask.clear();
  }

  merged(): MergedAccumulator[] {
    const all = new Map<string, MergedAccumulator>();
    for (const values of this.#byTask.values()) {
      for (const [name, kind, value] of values) {
        const known = all.get(name);
        all.set(name, { name, kind, value: known === undefined ? value : mergeValues(kind, known.value, value) });
      }
    }
    return [...all.values()];
  }
}

function mergeValues(kind: string, a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
  if (a instanceof Map && b instanceof Map)
    return mergeHistograms(a as Map<unknown, number>, b as Map<unknown, number>);
  if (typeof a === 'number' && typeof b === 'number') return mergeNumbers(kind, a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') return a + b;
  return b;
}

function mergeNumbers(kind: string, a: number, b: number): number {
  if (/Minimum|Min$/i.test(kind)) return Math.min(a, b);
  return /Maximum|Max$/i.test(kind) ? Math.max(a, b) : a + b;
}

function mergeHistograms(a: ReadonlyMap<unknown, number>, b: ReadonlyMap<unknown, number>): Map<unknown, number> {
  const merged = new Map(a);
  for (const [key, count] of b) merged.set(key, (merged.get(key) ?? 0) + count);
  return merged;
}
