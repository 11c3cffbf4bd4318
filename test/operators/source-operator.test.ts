import { describe, expect, it } from 'vitest';
import type {
  InputStatus,
  ReaderOutput,
  SimpleVersionedSerializer,
  Source,
  SourceReader,
  SourceReaderContext,
} from '../../src/api/connector.js';
import { WatermarkStrategy } from '../../src/api/watermark-strategy.js';
import { SourceOperator } from '../../src/operators/source-operator.js';
import { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { checkOperator } from '../support/operator-harness.js';
import { brief } from '../support/operators.js';

interface Range {
  readonly splitId: string;
  readonly next: number;
  readonly end: number;
}

const json: SimpleVersionedSerializer<Range> = {
  version: 3,
  serialize: (range) => new TextEncoder().encode(JSON.stringify(range)),
  deserialize: (version, bytes) => {
    expect(version).toBe(3);
    return JSON.parse(new TextDecoder().decode(bytes)) as Range;
  },
};

class RangeReader implements SourceReader<number, Range> {
  readonly #splits: { splitId: string; next: number; end: number }[] = [];
  readonly #context: SourceReaderContext;
  #isLast = false;
  isClosed = false;

  constructor(context: SourceReaderContext) {
    this.#context = context;
  }

  start(): void {
    if (this.#splits.length === 0) this.#context.sendSplitRequest();
  }

  pollNext(output: ReaderOutput<number>, maxRecords: number): InputStatus {
    for (let n = 0; n < maxRecords && output.isAvailable; n++) {
      const split = this.#splits[0];
      if (split === undefined) return this.#isLast ? 'END_OF_INPUT' : 'NOTHING_AVAILABLE';
      output.collect(split.next, split.splitId, split.next);
      split.next += 1;
      if (split.next > split.end) output.releaseSplit(this.#splits.shift()!.splitId);
    }
    return 'MORE_AVAILABLE';
  }

  addSplits(splits: readonly Range[]): void {
    this.#splits.push(...splits.map((split) => ({ ...split })));
  }

  notifyNoMoreSplits(): void {
    this.#isLast = true;
  }

  snapshotState(): readonly Range[] {
    return this.#splits.map((split) => ({ ...split }));
  }

  close(): void {
    this.isClosed = true;
  }
}

const source = {
  boundedness: 'BOUNDED',
  createEnumerator: () => {
    throw new Error('There is no enumerator in this test.');
  },
  createReader: (context: SourceReaderContext) => new RangeReader(context),
  splitSerializer: json,
  enumeratorStateSerializer: json,
} as unknown as Source<unknown>;

const monotonous = WatermarkStrategy.forMonotonousTimestamps<unknown>();
const punctuated = WatermarkStrategy.forGenerator<unknown>(() => ({
  onEvent: (_value, timestamp, output) => output.emitWatermark(timestamp),
  onPeriodicEmit: () => {},
}));

async function open(strategy: WatermarkStrategy<unknown>, outputCapacity?: number): Promise<OperatorTestHarness> {
  const harness = new OperatorTestHarness({
    createOperator: () => new SourceOperator(source, strategy),
    autoWatermarkInterval: 10,
    ...(outputCapacity !== undefined && { outputCapacity }),
  });
  await harness.open();
  return harness;
}

function addRanges(harness: OperatorTestHarness, ...ranges: Range[]): void {
  harness.sendEvent({ type: 'add-splits', version: 3, splits: ranges.map((range) => json.serialize(range)) });
}

describe('the source operator', () => {
  it('reads its splits in every mode, each record once', async () => {
    await checkOperator({
      operator: () => new SourceOperator(source, monotonous),
      autoWatermarkInterval: 10,
      steps: [
        {
          event: {
            type: 'add-splits',
            version: 3,
            splits: [
              json.serialize({ splitId: 'a', next: 1, end: 5 }),
              json.serialize({ splitId: 'b', next: 11, end: 13 }),
              json.serialize({ splitId: 'c', next: 21, end: 22 }),
            ],
          },
        },
        { poll: 2 },
        { poll: 2 },
        { poll: 3 },
        { drain: true },
      ],
      expected: [1, 2, 3, 4, 5, 11, 12, 13, 21, 22],
    });
  });

  it('registers its reader and hands on what the reader asks for', async () => {
    const harness = await open(monotonous);

    expect(harness.sentEvents()).toEqual([{ type: 'reader-registered' }, { type: 'split-request' }]);
  });

  it('is polled again only after the reader or the enumerator called', async () => {
    const harness = await open(monotonous);

    expect(harness.poll()).toBe('NOTHING_AVAILABLE');
    expect(harness.poll()).toBeUndefined();
    addRanges(harness, { splitId: 'a', next: 1, end: 1 });
    expect(harness.poll(1)).toBe('MORE_AVAILABLE');
  });

  it('combines the watermarks of its splits at each tick; a split without records holds them back', async () => {
    const harness = await open(monotonous);
    addRanges(harness, { splitId: 'a', next: 1, end: 5 }, { splitId: 'b', next: 11, end: 13 });

    harness.poll(3);
    harness.setProcessingTime(10);
    harness.poll(3);
    harness.setProcessingTime(20);

    expect(brief(harness.output)).toEqual([1, 2, 3, 4, 5, 11, 'wm 10']);
  });

  it('ends with the last watermark', async () => {
    const harness = await open(monotonous);
    addRanges(harness, { splitId: 'a', next: 1, end: 2 });
    harness.sendEvent({ type: 'no-more-splits' });

    const statuses = [harness.poll(10), harness.poll(10)];

    expect(statuses).toEqual(['END_OF_INPUT', undefined]);
    expect(brief(harness.output)).toEqual([1, 2, 'wm Infinity']);
  });

  it('returns from a poll when a record made a watermark, and emits it behind the record', async () => {
    const harness = await open(punctuated);
    addRanges(harness, { splitId: 'a', next: 1, end: 3 });

    harness.poll(10);
    harness.poll(10);

    expect(brief(harness.output)).toEqual([1, 'wm 1', 2, 'wm 2']);
  });

  it('stops emitting when downstream is full', async () => {
    const harness = await open(monotonous, 2);
    addRanges(harness, { splitId: 'a', next: 1, end: 9 });

    harness.poll(10);

    expect(brief(harness.output)).toEqual([1, 2]);
  });

  it('turns idle without splits, and active with the next watermark', async () => {
    const harness = await open(monotonous.withIdleness(15));

    for (const time of [10, 20, 30]) harness.setProcessingTime(time);
    addRanges(harness, { splitId: 'a', next: 5, end: 9 });
    harness.poll(1);
    harness.setProcessingTime(40);

    expect(brief(harness.output)).toEqual(['idle', 5, 'active', 'wm 4']);
  });

  it('reads nothing more once it was stopped', async () => {
    const operator = new SourceOperator(source, monotonous);
    const harness = new OperatorTestHarness({ createOperator: () => operator });
    await harness.open();
    addRanges(harness, { splitId: 'a', next: 1, end: 3 });
    harness.poll(1);

    operator.stop();
    const status = harness.poll(10);
    operator.endInput(0);

    expect(status).toBe('NOTHING_AVAILABLE');
    expect(brief(harness.output)).toEqual([1, 'wm Infinity']);
  });

  it('tells its watermark to its group, and waits while it is too far ahead', async () => {
    const harness = await open(punctuated.withWatermarkAlignment('group', 5, 20));
    addRanges(harness, { splitId: 'a', next: 1, end: 100 });
    const told = () => harness.sentEvents().filter(({ type }) => type === 'watermark');

    harness.setProcessingTime(20);
    harness.poll(3);
    harness.setProcessingTime(40);
    harness.sendEvent({ type: 'max-watermark', watermark: 0 });
    const waiting = harness.poll(3);
    harness.sendEvent({ type: 'max-watermark', watermark: 1_000_000 });
    const going = harness.poll(3);

    expect(told()).toEqual([{ type: 'watermark', group: 'group', watermark: 1 }]);
    expect([waiting, going]).toEqual(['NOTHING_AVAILABLE', 'MORE_AVAILABLE']);
  });

  it('holds nobody of its group back when it has ended', async () => {
    const harness = await open(punctuated.withWatermarkAlignment('group', 5, 20));
    addRanges(harness, { splitId: 'a', next: 1, end: 1 });
    harness.sendEvent({ type: 'no-more-splits' });

    while (harness.poll(10) !== 'END_OF_INPUT');

    expect(harness.sentEvents().at(-1)).toEqual({
      type: 'watermark',
      group: 'group',
      watermark: Number.POSITIVE_INFINITY,
    });
  });
});
