/** Time to live of keyed state, as in Flink: processing time only, per value, list element or map entry. */

/** When a read or a write renews the life of a value. */
export type TtlUpdateType = 'OnCreateAndWrite' | 'OnReadAndWrite' | 'Disabled';
/** Whether a value that has expired but was not yet removed may be returned, once. */
export type TtlStateVisibility = 'NeverReturnExpired' | 'ReturnExpiredIfNotCleanedUp';
/** How expired values go, besides being removed when they are read. */
export type TtlCleanup =
  | { readonly type: 'none' }
  | { readonly type: 'fullSnapshot' }
  | { readonly type: 'incremental'; readonly size: number; readonly everyRecord: boolean };

/** How long a state's values live. */
export interface StateTtlConfig {
  /** Milliseconds; a value has expired when last access + ttl <= now. */
  readonly ttl: number;
  readonly updateType: TtlUpdateType;
  readonly visibility: TtlStateVisibility;
  readonly cleanup: TtlCleanup;
}

/** A {@link StateTtlConfig} with Flink's defaults: renewed by writes, never returned when expired, 5 entries cleaned an access. */
export function stateTtl(ttlMs: number, options: Partial<Omit<StateTtlConfig, 'ttl'>> = {}): StateTtlConfig {
  if (!(ttlMs > 0)) throw new TypeError(`A time to live must be positive, not ${ttlMs}.`);
  return {
    ttl: ttlMs,
    updateType: 'OnCreateAndWrite',
    visibility: 'NeverReturnExpired',
    cleanup: { type: 'incremental', size: 5, everyRecord: false },
    ...options,
  };
}
