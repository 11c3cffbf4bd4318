import { describe, expect } from 'vitest';
import { type WatermarkGenerator, WatermarkStrategy } from '../../src/api/watermark-strategy.js';
import { createGenerator, IdlenessTimer } from '../../src/operators/watermark-generation.js';
import { WatermarkMultiplexer } from '../../src/operators/watermark-multiplexer.js';
import { WatermarkValve } from '../../src/runtime/watermark-valve.js';
import { openHarness, operatorOf } from '../support/operators.js';
import { type ConformanceRow, eachRow, type Fields, perform, shown } from './operator-rows.js';
import { timeOf } from './window-rows.js';

const INTERVAL = 200;
const silent = { now: () => 0, register: () => ({ cancel: () => {} }) };

/** The last watermark of a generator by itself. */
function checkGenerator(row: ConformanceRow): void {
  const bound = String(row.setup['generator']).startsWith('ascending') ? 0 : 10;
  const strategy =
    bound === 0 ? WatermarkStrategy.forMonotonousTimestamps() : WatermarkStrategy.forBoundedOutOfOrderness(bound);
  const generator = createGenerator(strategy, silent);
  let last = Number.NaN;
  const output = {
    emitWatermark: (timestamp: number) => {
      last = timestamp;
    },
    markIdle: () => {},
    markActive: () => {},
  };

  for (const { t, ts } of row.events) {
    if (t === 'event') generator.onEvent(null, timeOf(ts), output);
    else generator.onPeriodicEmit(output);
  }

  expect([last]).toEqual(row.expected.map((each) => timeOf((each as Fields)['wm'])));
}

/** The newest timestamp minus 1, which may go back. */
class LastSeen implements WatermarkGenerator<unknown> {
  #last = Number.NEGATIVE_INFINITY;

  onEvent(_event: unknown, timestamp: number): void {
    this.#last = timestamp;
  }

  onPeriodicEmit(output: { emitWatermark(timestamp: number): void }): void {
    output.emitWatermark(this.#last - 1);
  }
}

const punctuated: WatermarkGenerator<unknown> = {
  onEvent: (event, timestamp, output) => {
    if ((event as [boolean, number])[0]) output.emitWatermark(timestamp);
  },
  onPeriodicEmit: () => {},
};

async function checkOperatorRow(row: ConformanceRow): Promise<void> {
  const isPunctuated = row.setup['generator'] === 'punctuated';
  const strategy = WatermarkStrategy.forGenerator<unknown>(() => (isPunctuated ? punctuated : new LastSeen()));
  const assigned = strategy.withTimestampAssigner((value) => Number(Array.isArray(value) ? value[1] : value));
  const harness = await openHarness(operatorOf({ type: 'timestampsAndWatermarks' }, { watermarkStrategy: assigned }), {
    autoWatermarkInterval: INTERVAL,
    isBatch: row.setup['mode'] === 'BATCH',
  });
  let now = 0;

  for (const event of row.events) {
    // Each change of the clock is one interval.
    if (event['t'] === 'pt') now += INTERVAL;
    await perform(harness, event['t'] === 'pt' ? { t: 'pt', ts: now } : event);
  }

  expect(shown(harness.output)).toEqual(row.expected);
}

describe('watermark strategies', () => {
  eachRow('watermark-strategy', checkGenerator, ({ setup }) => setup['operator'] === undefined);
  eachRow('watermark-strategy', checkOperatorRow, ({ setup }) => setup['operator'] !== undefined);
});

function checkIdleness(row: ConformanceRow): void {
  if (row.setup['compare'] === 'validation') {
    for (const { timeoutMs } of row.events) {
      expect(() => WatermarkStrategy.noWatermarks().withIdleness(Number(timeoutMs))).toThrow(TypeError);
    }
    return;
  }
  let now = 0;
  const timer = new IdlenessTimer({ ...silent, now: () => now }, Number(row.setup['timeoutMs']));
  const results: boolean[] = [];

  for (const { t, ms } of row.events) {
    if (t === 'checkIdle') results.push(timer.checkIfIdle());
    else if (t === 'activity') timer.activity();
    else now += Number(ms);
  }

  expect(results).toEqual(row.expected);
}

describe('idleness', () => {
  eachRow('idleness', checkIdleness);
});

function checkMultiplexer(row: ConformanceRow): void {
  const state: { wm: number | null; idle: boolean } = { wm: null, idle: false };
  const checks: unknown[] = [];
  const multiplexer = new WatermarkMultiplexer({
    emitWatermark: (timestamp) => {
      state.wm = timestamp;
      state.idle = false;
    },
    markIdle: () => {
      state.idle = true;
    },
    markActive: () => {
      state.idle = false;
    },
  });

  for (const { t, id, mode, ts } of row.events) {
    const output = () =>
      mode === 'immediate' ? multiplexer.immediateOutput(String(id)) : multiplexer.deferredOutput(String(id));
    if (t === 'register') multiplexer.register(String(id));
    else if (t === 'unregister') multiplexer.unregister(String(id));
    else if (t === 'wm') output().emitWatermark(timeOf(ts));
    else if (t === 'idle') output().markIdle();
    else if (t === 'periodic') multiplexer.onPeriodicEmit();
    else checks.push({ ...state });
  }

  expect(checks).toEqual(row.expected);
}

describe('the watermark multiplexer', () => {
  eachRow('watermark-multiplexer', checkMultiplexer);
});

function checkValve(row: ConformanceRow): void {
  let output: unknown[] = [];
  const valve = new WatermarkValve(Number(row.setup['channels']), {
    onWatermark: (ts) => output.push({ t: 'wm', ts }),
    onStatus: (isIdle) => output.push({ t: 'status', s: isIdle ? 'IDLE' : 'ACTIVE' }),
  });

  const answers = row.events.map(({ t, ch, ts, s }) => {
    output = [];
    if (t === 'wm') valve.onWatermark(Number(ch), timeOf(ts));
    else valve.onStatus(Number(ch), s === 'IDLE');
    return output;
  });

  expect(answers).toEqual(row.expected);
}

describe('the watermark valve', () => {
  eachRow('watermark-valve', checkValve);
});
