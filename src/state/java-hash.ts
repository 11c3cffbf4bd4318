/** Java's `hashCode` of the values that can be keys: always a signed 32-bit integer. */

const TWO_32 = 4294967296;
const scratch = new DataView(new ArrayBuffer(8));
const NAN_HIGH = 0x7ff80000;

/** `String.hashCode`. @internal */
export function hashString(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** `Long.hashCode` of a safe integer. @internal */
export function hashSafeLong(value: number): number {
  if ((value | 0) === value) return value >= 0 ? value : ~value;
  return ((value % TWO_32) | 0) ^ (Math.floor(value / TWO_32) | 0);
}

/** `Long.hashCode`. @internal */
export function hashLong(value: bigint): number {
  scratch.setBigInt64(0, value);
  return scratch.getInt32(0) ^ scratch.getInt32(4);
}

/** `Boolean.hashCode`. @internal */
export function hashBoolean(value: boolean): number {
  return value ? 1231 : 1237;
}

/** `Double.hashCode`: all NaN are one. @internal */
export function hashDouble(value: number): number {
  if (Number.isNaN(value)) return NAN_HIGH;
  scratch.setFloat64(0, value);
  return scratch.getInt32(0) ^ scratch.getInt32(4);
}

/** `Float.hashCode`: all NaN are one. @internal */
export function hashFloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc00000;
  scratch.setFloat32(0, value);
  return scratch.getInt32(0);
}
