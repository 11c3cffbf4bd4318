/** When a part file is finished and the next one begun. The defaults are those of Flink's row formats. */

/** Limits of a part file of a file sink; each that is reached ends the part. */
export interface RollingPolicyOptions {
  /** Bytes; default 128 MiB. */
  readonly maxPartSize?: number;
  /** Milliseconds since the part was begun; default 60,000. */
  readonly rolloverInterval?: number;
  /** Milliseconds since the last record; default 60,000. */
  readonly inactivityInterval?: number;
  /** Ends every part at each checkpoint, so that its records are visible as soon as it is complete; default false. */
  readonly onCheckpoint?: boolean;
}

/** All limits of a part file. @internal */
export type RollingPolicy = Required<RollingPolicyOptions>;

const MINUTE = 60_000;

/** Fills in the defaults and checks the limits. @internal */
export function rollingPolicy(options: RollingPolicyOptions): RollingPolicy {
  const policy: RollingPolicy = {
    maxPartSize: 128 * 1024 * 1024,
    rolloverInterval: MINUTE,
    inactivityInterval: MINUTE,
    onCheckpoint: false,
    ...options,
  };
  for (const name of ['maxPartSize', 'rolloverInterval', 'inactivityInterval'] as const) {
    if (!(policy[name] > 0)) throw new TypeError(`${name} of a rolling policy must be positive, not ${policy[name]}.`);
  }
  return policy;
}
