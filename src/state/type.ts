/** A type says how a value is stored, how a key is hashed, and what TypeScript type it has. `Types` makes them. */

import type { TypeSerializer } from './serializer.js';

/** How values of `T` are stored and hashed; made by `Types`. */
export interface Type<T> {
  /** Short name in messages, such as `LONG` or `LIST(STRING)`. */
  readonly name: string;
  readonly serializer: TypeSerializer<T>;
  /**
   * Java's `hashCode` of the value, a signed 32-bit integer; decides the key group. Absent where values cannot be keys.
   * Throws a FlinkError `KEY_INVALID` for a value that is not of the type.
   */
  hash?(value: T): number;
  /**
   * The value's identity as a JavaScript Map key: the value itself for strings, numbers, booleans and bigints, an equal
   * string for equal composite values. Absent where values cannot be keys.
   */
  mapKey?(value: T): string | number | boolean | bigint;
}

/** The TypeScript type of a {@link Type}. */
export type TypeOf<TypeT> = TypeT extends Type<infer T> ? T : never;
