/** What happens when a job fails, as Flink's options. Times are milliseconds. */

/** A restart strategy; made by {@link RestartStrategies}. */
export interface RestartStrategyConfiguration {
  /** Option keys and values. @internal */
  readonly options: Readonly<Record<string, string>>;
}

/** The settings of an exponential-delay restart; what is left out has Flink's default. */
export interface ExponentialDelayOptions {
  readonly initialBackoffMs?: number;
  readonly maxBackoffMs?: number;
  readonly backoffMultiplier?: number;
  readonly resetBackoffThresholdMs?: number;
  readonly jitterFactor?: number;
  readonly attemptsBeforeResetBackoff?: number;
}

/** Makes restart strategies: `env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, 10_000))`. */
export const RestartStrategies = Object.freeze({
  /** The job fails at the first failure. */
  noRestart(): RestartStrategyConfiguration {
    return strategy('none', {});
  },

  /** The job is restarted up to so many times, each time after the delay. */
  fixedDelayRestart(restartAttempts: number, delayMs: number): RestartStrategyConfiguration {
    return strategy('fixed-delay', { attempts: restartAttempts, delay: milliseconds(delayMs) });
  },

  /** The job is restarted unless it fails more often than so many times within the interval. */
  failureRateRestart(failureRate: number, failureIntervalMs: number, delayMs: number): RestartStrategyConfiguration {
    return strategy('failure-rate', {
      'max-failures-per-interval': failureRate,
      'failure-rate-interval': milliseconds(failureIntervalMs),
      delay: milliseconds(delayMs),
    });
  },

  /** The job is restarted after delays that grow, and shrink back when it has run well for a time. */
  exponentialDelayRestart(options: ExponentialDelayOptions = {}): RestartStrategyConfiguration {
    return strategy('exponential-delay', {
      'initial-backoff': milliseconds(options.initialBackoffMs),
      'max-backoff': milliseconds(options.maxBackoffMs),
      'backoff-multiplier': options.backoffMultiplier,
      'reset-backoff-threshold': milliseconds(options.resetBackoffThresholdMs),
      'jitter-factor': options.jitterFactor,
      'attempts-before-reset-backoff': options.attemptsBeforeResetBackoff,
    });
  },
});

function milliseconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value} ms`;
}

function strategy(
  type: string,
  values: Readonly<Record<string, string | number | undefined>>,
): RestartStrategyConfiguration {
  const options: Record<string, string> = { 'restart-strategy.type': type };
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) options[`restart-strategy.${type}.${name}`] = String(value);
  }
  return Object.freeze({ options: Object.freeze(options) });
}
