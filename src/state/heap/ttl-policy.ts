/** The rules of a time to live: when a value has expired, what renews it, and who may still see it. */

import type { TtlValue } from '../serializers/window-serializers.js';
import type { StateTtlConfig } from '../state-ttl-config.js';

/** See the file comment. @internal */
export class TtlPolicy {
  readonly #ttl: number;
  readonly #now: () => number;
  readonly renewsOnRead: boolean;
  readonly returnsExpired: boolean;

  constructor(config: StateTtlConfig, now: () => number) {
    this.#ttl = config.ttl;
    this.#now = now;
    this.renewsOnRead = config.updateType === 'OnReadAndWrite';
    this.returnsExpired = config.visibility === 'ReturnExpiredIfNotCleanedUp';
  }

  isExpired(stored: TtlValue<unknown>, now: number = this.#now()): boolean {
    return stored.lastAccess + this.#ttl <= now;
  }

  /** The value with the time of now. */
  wrap<T>(value: T): TtlValue<T> {
    return { lastAccess: this.#now(), value };
  }

  /** The value, unless it is to be taken for gone. */
  visible<T>(stored: TtlValue<T> | null): T | null {
    if (stored === null || (!this.returnsExpired && this.isExpired(stored))) return null;
    return stored.value;
  }
}
