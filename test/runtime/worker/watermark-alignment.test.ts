import { describe, expect, it } from 'vitest';
import type { OperatorId } from '../../../src/common/ids.js';
import { WatermarkAlignment } from '../../../src/runtime/worker/watermark-alignment.js';
import { ManualClock } from '../../support/manual-clock.js';

const [A, B, C] = ['a', 'b', 'c'] as OperatorId[] as [OperatorId, OperatorId, OperatorId];

function harness() {
  const clock = new ManualClock();
  const sent: string[] = [];
  const alignment = new WatermarkAlignment(clock, (operatorId, subtask, event) => {
    if (event.type === 'max-watermark') sent.push(`${operatorId}${subtask}<=${event.watermark}`);
  });
  const add = (operatorId: OperatorId, parallelism: number, group: string, maxDrift: number) =>
    alignment.add({ operatorId, parallelism, alignment: { group, maxDrift, updateInterval: 100 } });
  const take = () => sent.splice(0);
  return { clock, alignment, add, take };
}

describe('watermark alignment', () => {
  it('lets every source of a group go as far as the slowest of all, and its own drift', () => {
    const { clock, alignment, add, take } = harness();
    add(A, 2, 'one', 10);
    add(B, 1, 'one', 50);
    add(C, 1, 'two', 10);

    alignment.report(A, 0, { group: 'one', watermark: 1000 });
    alignment.report(A, 1, { group: 'one', watermark: 700 });
    alignment.report(B, 0, { group: 'one', watermark: 900 });
    clock.advance(100);

    expect(take()).toEqual(['a0<=710', 'a1<=710', 'b0<=750']);
  });

  it('says nothing before the first report, and goes on as reports come', () => {
    const { clock, alignment, add, take } = harness();
    add(A, 1, 'one', 10);

    clock.advance(300);
    alignment.report(A, 0, { group: 'one', watermark: 5 });
    clock.advance(100);
    alignment.report(A, 0, { group: 'one', watermark: Number.POSITIVE_INFINITY });
    clock.advance(100);

    expect(take()).toEqual(['a0<=15', 'a0<=Infinity']);
  });

  it('is silent once it is closed', () => {
    const { clock, alignment, add, take } = harness();
    add(A, 1, 'one', 10);
    alignment.report(A, 0, { group: 'one', watermark: 5 });

    alignment.close();
    add(B, 1, 'one', 10);
    clock.advance(1000);

    expect(take()).toEqual([]);
  });
});
