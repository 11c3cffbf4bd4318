/**
 * Decides whether a failed job starts again, and when: none, fixed delay, failure rate, exponential delay, with the
 * options, defaults and arithmetic of Flink.
 */

import type { Clock } from '../common/clock.js';
import type { Configuration } from '../common/config.js';
import { FlinkError } from '../common/errors.js';
import { CheckpointingOptions, RestartOptions } from '../common/options.js';

/** Asked once for each failure: first `notifyFailure`, then the two questions. @internal */
export interface RestartStrategy {
  /** How Flink names it in `Recovery is suppressed by …`. */
  readonly description: string;
  /** A failure happened now; false = it counts as part of the attempt that is being restarted already. */
  notifyFailure(): boolean;
  canRestart(): boolean;
  /** Milliseconds until the restart. */
  backoffMs(): number;
}

/** Never restarts. @internal */
export function noRestart(): RestartStrategy {
  return {
    description: 'NoRestartBackoffTimeStrategy',
    notifyFailure: () => true,
    canRestart: () => false,
    backoffMs: () => 0,
  };
}

/** Restarts a number of times. @internal */
export function fixedDelay(maxAttempts: number, delayMs: number): RestartStrategy {
  let failures = 0;
  return {
    description: `FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts=${maxAttempts}, backoffTimeMS=${delayMs})`,
    notifyFailure() {
      failures++;
      return true;
    },
    canRestart: () => failures <= maxAttempts,
    backoffMs: () => delayMs,
  };
}

/** Restarts unless more than `maxFailures` failures lie within `intervalMs`. @internal */
export function failureRate(maxFailures: number, intervalMs: number, delayMs: number, clock: Clock): RestartStrategy {
  const times: number[] = [];
  return {
    description: `FailureRateRestartBackoffTimeStrategy(failuresIntervalMS=${intervalMs},backoffTimeMS=${delayMs},maxFailuresPerInterval=${maxFailures})`,
    notifyFailure() {
      times.push(clock.now());
      if (times.length > maxFailures + 1) times.shift();
      return true;
    },
    canRestart() {
      const oldest = times[0];
      return oldest === undefined || times.length <= maxFailures || clock.now() - oldest > intervalMs;
    },
    backoffMs: () => delayMs,
  };
}

/** Settings of {@link exponentialDelay}; times in milliseconds. @internal */
export interface ExponentialDelaySettings {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly multiplier: number;
  readonly resetThresholdMs: number;
  /** Part of the delay that is random. */
  readonly jitter: number;
  readonly attempts: number;
}

/** Restarts after delays that grow, and shrink back after a quiet time. @internal */
export function exponentialDelay(
  settings: ExponentialDelaySettings,
  clock: Clock,
  random: () => number = Math.random,
): RestartStrategy {
  let attempts = 0;
  let plannedRestart = Number.NEGATIVE_INFINITY;

  const nextDelay = (): number => {
    const uncapped = settings.initialMs * settings.multiplier ** (attempts - 1);
    const spread = Math.trunc(uncapped * settings.jitter);
    const shift = Number.isFinite(spread) && spread > 0 ? Math.floor(random() * (2 * spread + 1)) - spread : 0;
    return Math.max(settings.initialMs, Math.min(Math.trunc(uncapped + shift), settings.maxMs));
  };
  return {
    description: `ExponentialDelayRestartBackoffTimeStrategy(initialBackoffMS=${settings.initialMs}, maxBackoffMS=${settings.maxMs}, backoffMultiplier=${settings.multiplier}, resetBackoffThresholdMS=${settings.resetThresholdMs}, jitterFactor=${settings.jitter})`,
    notifyFailure() {
      const now = clock.now();
      if (now <= plannedRestart) return false;
      if (now - plannedRestart >= settings.resetThresholdMs) attempts = 0;
      attempts++;
      plannedRestart = now + nextDelay();
      return true;
    },
    canRestart: () => attempts <= settings.attempts,
    backoffMs: () => Math.max(0, plannedRestart - clock.now()),
  };
}

/**
 * The strategy that a configuration asks for; without one, none when checkpoints are off, else exponential delay.
 *
 * @throws FlinkError `CONFIG_INVALID` when the name is unknown.
 * @internal
 */
export function restartStrategyFrom(
  configuration: Configuration,
  clock: Clock,
  random: () => number = Math.random,
): RestartStrategy {
  const isCheckpointed = configuration.get(CheckpointingOptions.INTERVAL) !== undefined;
  const name = configuration.get(RestartOptions.STRATEGY) ?? (isCheckpointed ? 'exponential-delay' : 'none');
  switch (name.toLowerCase()) {
    case 'none':
    case 'off':
    case 'disable':
      return noRestart();
    case 'fixed-delay':
    case 'fixeddelay':
      return fixedDelay(
        configuration.get(RestartOptions.FIXED_ATTEMPTS),
        configuration.get(RestartOptions.FIXED_DELAY),
      );
    case 'failure-rate':
    case 'failurerate':
      return failureRate(
        configuration.get(RestartOptions.RATE_MAX_FAILURES),
        configuration.get(RestartOptions.RATE_INTERVAL),
        configuration.get(RestartOptions.RATE_DELAY),
        clock,
      );
    case 'exponential-delay':
    case 'exponentialdelay':
      return exponentialDelay(exponentialSettings(configuration), clock, random);
    default:
      throw new FlinkError('CONFIG_INVALID', `Unknown restart strategy ${name}.`);
  }
}

function exponentialSettings(configuration: Configuration): ExponentialDelaySettings {
  return {
    initialMs: configuration.get(RestartOptions.EXPONENTIAL_INITIAL),
    maxMs: configuration.get(RestartOptions.EXPONENTIAL_MAX),
    multiplier: configuration.get(RestartOptions.EXPONENTIAL_MULTIPLIER),
    resetThresholdMs: configuration.get(RestartOptions.EXPONENTIAL_RESET),
    jitter: configuration.get(RestartOptions.EXPONENTIAL_JITTER),
    attempts: configuration.get(RestartOptions.EXPONENTIAL_ATTEMPTS),
  };
}
