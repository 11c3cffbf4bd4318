/** The text of a record where a sink writes it for people: strings as they are, plain data as JSON. */

/** Values nested deeper are left to JSON, which also finds cycles. */
const MAX_DEPTH = 32;

/** The text that a sink writes for a record. @internal */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  // A replacer doubles the time of JSON, so it is used only where there is something to replace.
  return (isRich(value, 0) ? JSON.stringify(value, replaceRich) : JSON.stringify(value)) ?? String(value);
}

/** Whether a value holds something that JSON has no form for. */
function isRich(value: unknown, depth: number): boolean {
  if (typeof value === 'bigint') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Map || value instanceof Set || depth === MAX_DEPTH) return true;
  for (const key in value) {
    if (isRich((value as Record<string, unknown>)[key], depth + 1)) return true;
  }
  return false;
}

function replaceRich(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}
