import { describe, expect, it } from 'vitest';
import type { Collector } from '../../src/api/functions.js';
import { type ProcessJoinContext, ProcessJoinFunction } from '../../src/api/interval-join.js';
import { OutputTag } from '../../src/api/output-tag.js';
import { checkOperator } from '../support/operator-harness.js';
import { brief, openHarness, operatorOf } from '../support/operators.js';

interface Event {
  readonly key: string;
  readonly name: string;
}

const keySelector = (event: Event): string => event.key;
const SEEN = new OutputTag<string>('seen');

class Pairs extends ProcessJoinFunction<Event, Event, string> {
  override processElement(left: Event, right: Event, context: ProcessJoinContext, out: Collector<string>): void {
    out.collect(`${left.key}:${left.name}${right.name}`);
    if (right.name === 'z') context.output(SEEN, `${left.key}:z at ${context.getTimestamp()}`);
  }
}

const join = (processor: unknown = new Pairs(), late = {}) =>
  operatorOf(
    { type: 'custom', operator: 'intervalJoin', config: { lowerBound: -2, upperBound: 3, ...late } },
    { function: processor, keySelector, keySelector2: keySelector },
  );

const left = (key: string, name: string, timestamp: number) =>
  ({ element: { key, name }, timestamp, input: 0 }) as const;
const right = (key: string, name: string, timestamp: number) =>
  ({ element: { key, name }, timestamp, input: 1 }) as const;

const options = { inputs: 2, keySelectors: [keySelector, keySelector] } as const;

describe('an interval join', () => {
  it('pairs what lies within the bounds in every mode', async () => {
    await checkOperator({
      ...options,
      operator: () => join(),
      steps: [
        left('a', 'p', 10),
        right('a', 'x', 8),
        right('a', 'y', 13),
        right('a', 'no', 14),
        left('b', 'q', 10),
        { watermark: 9 },
        right('b', 'z', 12),
        left('a', 'r', 11),
        { watermark: 20 },
        right('a', 'late', 13),
        { end: true },
      ],
      expected: [
        ['a:px', 10],
        ['a:py', 13],
        ['b:qz', 12],
        [{ seen: 'b:z at 12' }, 12],
        ['a:ry', 13],
        ['a:rno', 14],
      ],
      withTimestamps: true,
      outputKey: (value: string | { seen: string }) => (typeof value === 'string' ? value : value.seen)[0],
    });
  });

  it('takes a plain function', async () => {
    const paired = (a: Event, b: Event, _context: ProcessJoinContext, out: Collector<string>) =>
      out.collect(a.name + b.name);
    const harness = await openHarness(join(paired), options);

    harness.processElement({ key: 'k', name: 'a' }, 1, 0);
    harness.processElement({ key: 'k', name: 'b' }, 2, 1);

    expect(brief(harness.output)).toEqual(['ab']);
  });

  it('sends what comes late of either side aside, and forgets everything in the end', async () => {
    const harness = await openHarness(join(new Pairs(), { leftLateTag: 'left', rightLateTag: 'right' }), options);

    harness.processElement({ key: 'k', name: 'a' }, 5, 0);
    harness.processWatermark(6);
    harness.processElement({ key: 'k', name: 'b' }, 5, 0);
    harness.processElement({ key: 'k', name: 'c' }, 5, 1);
    harness.processElement({ key: 'k', name: 'd' }, 6, 1);
    await harness.endInput();

    expect(brief(harness.output)).toEqual([
      'wm 6',
      { left: { key: 'k', name: 'b' } },
      { right: { key: 'k', name: 'c' } },
      'k:ad',
      'wm Infinity',
    ]);
    expect(harness.counts('CLEANUP_TIMER')).toEqual({ eventTimers: 0, processingTimers: 0, stateEntries: 0 });
  });

  it('refuses a record without a timestamp', async () => {
    const harness = await openHarness(join(), options);

    expect(() => harness.processElement({ key: 'k', name: 'a' })).toThrow('without a timestamp');
  });

  it('refuses a function that returns a promise', async () => {
    const harness = await openHarness(
      join(async () => {}),
      options,
    );
    harness.processElement({ key: 'k', name: 'a' }, 1, 0);

    expect(() => harness.processElement({ key: 'k', name: 'b' }, 1, 1)).toThrow('returned a promise');
  });
});
