/** The snapshot of a backend that has nothing to write. */

import type { KeyedStateSnapshot } from '../keyed-state-snapshot.js';

/** Written at once, without a result. @internal */
export const EMPTY_SNAPSHOT: KeyedStateSnapshot = {
  writeSlice: () => true,
  result: () => null,
  discard: () => undefined,
};
