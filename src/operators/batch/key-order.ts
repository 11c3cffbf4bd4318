/** The order of keys in BATCH mode: numbers and texts ascending, false before true, composite keys part by part. */

/** Less than, equal to or more than zero, as `a` sorts before, with or behind `b`; zero only for equal keys. @internal */
export function compareKeys(a: unknown, b: unknown): number {
  if (Object.is(a, b)) return 0;
  if (Array.isArray(a) && Array.isArray(b)) return compareParts(a, b);
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    return compareParts(Object.values(a), Object.values(b));
  }
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1;
  return (a as string) < (b as string) ? -1 : 1;
}

function compareParts(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareKeys(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** NaN comes last, and the zero with a sign before the one without. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a)) return 1;
  if (Number.isNaN(b)) return -1;
  if (a === b) return Object.is(a, -0) ? -1 : 1;
  return a < b ? -1 : 1;
}
