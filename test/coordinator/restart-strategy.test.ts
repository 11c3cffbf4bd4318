import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Configuration } from '../../src/common/config.js';
import {
  exponentialDelay,
  failureRate,
  fixedDelay,
  type RestartStrategy,
  restartStrategyFrom,
} from '../../src/coordinator/restart-strategy.js';
import { ManualClock } from '../support/manual-clock.js';

interface Row {
  readonly id: string;
  readonly setup: Record<string, number | string>;
  readonly events: { readonly t?: string; readonly ms?: number; readonly times?: number; readonly failures?: number }[];
  readonly expected: unknown[];
}

const rows = readFileSync(new URL('../fixtures/conformance-coordinator.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)
  .filter((row) => row.id.startsWith('RB-'));

function strategyOf(setup: Row['setup'], clock: ManualClock, random = () => 0.5): RestartStrategy {
  const number = (key: string, or: number) => Number(setup[key] ?? or);
  if (setup.strategy === 'fixed-delay') return fixedDelay(number('attempts', 1), number('delayMs', 0));
  if (setup.strategy === 'failure-rate') {
    return failureRate(number('maxFailures', 1), number('intervalMs', 1), number('delayMs', 0), clock);
  }
  const settings = {
    initialMs: number('initialMs', 1),
    maxMs: number('maxMs', 1),
    multiplier: number('multiplier', 2),
    resetThresholdMs: number('resetThresholdMs', 1_000_000),
    jitter: number('jitter', 0),
    attempts: number('attempts', 2_147_483_647),
  };
  return exponentialDelay(settings, clock, random);
}

describe('the conformance rows of restart strategies', () => {
  it.each(rows.filter((row) => row.id !== 'RB-017').map((row) => [row.id, row] as const))('%s', (_, row) => {
    const clock = new ManualClock(1000);
    const strategy = strategyOf(row.setup, clock);

    const got = row.events.map((event) => {
      if (event.t === 'canRestart') return strategy.canRestart();
      if (event.t === 'backoff') return strategy.backoffMs();
      if (event.t === 'advance') clock.advance(event.ms ?? 0);
      if (event.t !== 'failure') return null;
      let isNew = false;
      for (let i = 0; i < (event.times ?? 1); i++) {
        if (row.id === 'RB-018') clock.advance(1_000_000);
        isNew = strategy.notifyFailure();
      }
      return row.setup.strategy === 'exponential-delay' && row.id !== 'RB-018' ? { newAttempt: isNew } : null;
    });

    expect(got).toEqual(row.expected);
  });

  it('RB-017', () => {
    const row = rows.find((each) => each.id === 'RB-017') as Row;

    const got = row.events.map(({ failures = 0 }) => {
      const seen = new Set<number>();
      for (let draw = 0; draw < 100; draw++) {
        const clock = new ManualClock(0);
        const strategy = strategyOf(row.setup, clock, () => draw / 100);
        for (let i = 0; i < failures; i++) {
          if (i > 0) clock.advance(10);
          strategy.notifyFailure();
        }
        seen.add(strategy.backoffMs());
      }
      return [...seen].sort((a, b) => a - b);
    });

    expect(got).toEqual(row.expected);
  });
});

describe('the strategy of a configuration', () => {
  const clock = new ManualClock();
  const from = (settings: Record<string, string>) =>
    restartStrategyFrom(new Configuration(settings), clock).description;

  it('is none without checkpoints and exponential delay with them', () => {
    expect(from({})).toBe('NoRestartBackoffTimeStrategy');
    expect(from({ 'execution.checkpointing.interval': '1 s' })).toMatch(
      /^ExponentialDelay.*initialBackoffMS=1000, maxBackoffMS=60000, backoffMultiplier=1.5, resetBackoffThresholdMS=3600000, jitterFactor=0.1/,
    );
  });

  it('is the one that is named, with the defaults of Flink', () => {
    expect(from({ 'restart-strategy': 'fixed-delay' })).toContain('maxNumberRestartAttempts=1, backoffTimeMS=1000');
    expect(from({ 'restart-strategy.type': 'failurerate' })).toContain('maxFailuresPerInterval=1');
    expect(from({ 'restart-strategy.type': 'off', 'execution.checkpointing.interval': '1 s' })).toContain('NoRestart');
  });

  it('is an error when the name is unknown', () => {
    expect(() => from({ 'restart-strategy.type': 'often' })).toThrow('Unknown restart strategy often.');
  });
});
