/** The text of a record where a sink writes it for people: strings as they are, plain data as JSON. */

/** The text that a sink writes for a record. @internal */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, replaceRich) ?? String(value);
}

/** What JSON has no form for. */
function replaceRich(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  return value;
}
