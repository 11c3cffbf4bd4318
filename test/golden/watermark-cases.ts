/** Drives the watermark valve and the watermark multiplexer with their cases. */

import { WatermarkMultiplexer } from '../../src/operators/watermark-multiplexer.js';
import { WatermarkValve } from '../../src/runtime/watermark-valve.js';
import { type GoldenCase, type GoldenEntry, type Outcome, timeFromJson, timeToJson } from './golden-case.js';

/** Runs a `watermark-valve` case. */
export function runValveCase(testCase: GoldenCase): Outcome {
  const output: GoldenEntry[] = [];
  let i = 0;
  const valve = new WatermarkValve(Number(testCase.operator['channels']), {
    onWatermark: (timestamp) => output.push({ i, wm: timeToJson(timestamp) }),
    onStatus: (isIdle) => output.push({ i, status: isIdle ? 'idle' : 'active' }),
  });
  for (const item of testCase.input) {
    const channel = Number(item['ch']);
    if ('wm' in item) valve.onWatermark(channel, timeFromJson(item['wm']));
    else valve.onStatus(channel, item['status'] === 'idle');
    i += 1;
  }
  return { output };
}

/** Runs a `watermark-multiplexer` case. */
export function runMultiplexerCase(testCase: GoldenCase): Outcome {
  const output: GoldenEntry[] = [];
  let i = 0;
  const multiplexer = new WatermarkMultiplexer({
    emitWatermark: (timestamp) => output.push({ i, wm: timeToJson(timestamp) }),
    markIdle: () => output.push({ i, status: 'idle' }),
    markActive: () => output.push({ i, status: 'active' }),
  });
  for (const item of testCase.input) {
    if ('add' in item) multiplexer.register(String(item['add']));
    else if ('remove' in item) multiplexer.unregister(String(item['remove']));
    else if ('tick' in item) multiplexer.onPeriodicEmit();
    else {
      const id = String(item['split']);
      const split = item['mode'] === 'immediate' ? multiplexer.immediateOutput(id) : multiplexer.deferredOutput(id);
      if ('wm' in item) split.emitWatermark(timeFromJson(item['wm']));
      else if (item['status'] === 'idle') split.markIdle();
      else split.markActive();
    }
    i += 1;
  }
  return { output };
}
