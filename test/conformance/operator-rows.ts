/** How the rows of operators drive a harness, and what it puts out in the words of the rows. */

import { it } from 'vitest';
import { NO_TIMESTAMP } from '../../src/common/time.js';
import type { Emitted } from '../../src/testing/harness-output.js';
import type { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { type ConformanceRow, type Fields, rowsOf, timeOf, titleOf } from './window-rows.js';

export type { ConformanceRow, Fields };

/** Makes a test of each row of an area, or of those that are chosen. */
export function eachRow(
  area: string,
  check: (row: ConformanceRow) => void | Promise<void>,
  isChosen: (row: ConformanceRow) => boolean = () => true,
): void {
  for (const row of rowsOf(area).filter(isChosen)) it(titleOf(row), () => check(row));
}

/** Does to the operator what an event says. */
export async function perform(harness: OperatorTestHarness, event: Fields): Promise<void> {
  const input = event['in'] ?? event['side'];
  const index = input === undefined ? undefined : input === 2 ? 1 : 0;
  switch (event['t']) {
    case 'el':
      harness.processElement(event['v'], event['ts'] === undefined ? NO_TIMESTAMP : timeOf(event['ts']), index);
      return;
    case 'wm':
      harness.processWatermark(timeOf(event['ts']), index);
      return;
    case 'pt':
      harness.setProcessingTime(timeOf(event['ts']));
      return;
    case 'restart':
      await harness.restore(await harness.snapshot());
      return;
    case 'endOfInput':
      await harness.settle();
      await harness.endInput();
      await harness.settle();
      return;
    default:
      throw new Error(`The event ${JSON.stringify(event)} is not known.`);
  }
}

/** What an operator put out, as rows write it. */
export function shown(output: readonly Emitted[]): unknown[] {
  return output.map((emitted) => {
    if (emitted.kind === 'watermark') return { t: 'wm', ts: showTime(emitted.timestamp) };
    if (emitted.kind === 'status') return { t: 'status', s: emitted.isIdle ? 'IDLE' : 'ACTIVE' };
    const { value: v, timestamp, tag } = emitted;
    const time = timestamp === NO_TIMESTAMP ? {} : { ts: timestamp };
    return tag === undefined ? { t: 'rec', v, ...time } : { t: 'side', tag, v, ...time };
  });
}

function showTime(time: number): number | string {
  if (Number.isFinite(time)) return time;
  return time < 0 ? 'MIN' : 'MAX';
}
