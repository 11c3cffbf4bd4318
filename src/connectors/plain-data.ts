/**
 * Values of user code in connector state: positions of a custom source, committables of a custom sink. They are written by
 * Node's structured-clone format, which Node documents as safe to store and readable by later versions, and which keeps
 * dates, maps, sets, bigints and typed arrays apart.
 */

import { deserialize, serialize } from 'node:v8';
import { FlinkError, messageOf } from '../common/errors.js';

/** The bytes of a plain value; `what` names it when it is none. @internal */
export function encodePlain(value: unknown, what: string): Uint8Array {
  try {
    return serialize(value);
  } catch (cause) {
    throw new FlinkError('VALUE_INVALID', `The ${what} is no plain data: ${messageOf(cause)}`, { cause });
  }
}

/** The value of bytes that {@link encodePlain} made. @internal */
export function decodePlain(bytes: Uint8Array, what: string): unknown {
  try {
    return deserialize(bytes);
  } catch (cause) {
    throw new FlinkError('SNAPSHOT_CORRUPT', `The snapshot holds no valid ${what}: ${messageOf(cause)}`, { cause });
  }
}
