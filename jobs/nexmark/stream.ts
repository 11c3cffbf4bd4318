/**
 * What the queries share: the options of the command line, the stream of events with its event time, and the end of the
 * stream, which counts the results or writes them to files.
 */

import { parseArgs } from 'node:util';
import {
  DataGeneratorSource,
  type DataStream,
  DiscardingSink,
  FileSink,
  RichFilterFunction,
  StreamExecutionEnvironment,
  WatermarkStrategy,
} from 'flink-ts';
import { EventGenerator } from './generator.js';
import { type Bid, EventType, type NexmarkEvent, timeOf } from './model.js';

/** Event times are in order, but queries wait as long as the original's. */
const OUT_OF_ORDERNESS = 4000;

/** How many events, and how they are spread over time and subtasks. */
export interface NexmarkOptions {
  readonly events: number;
  /** Events per second of event time. */
  readonly rate: number;
  /** Subtasks of the source. Each has its own numbers and times, so results differ with their number, and with nothing else. */
  readonly sources: number;
}

/** The events as a replayable source: an event is a function of its number. */
export function eventStream(env: StreamExecutionEnvironment, options: NexmarkOptions): DataStream<NexmarkEvent> {
  const { events, rate, sources } = options;
  if (events % sources !== 0) {
    throw new Error(`--events must be a multiple of the ${sources} source subtasks, not ${events}.`);
  }
  const times = { eventsPerSource: events / sources, msPerEvent: (1000 * sources) / rate };
  let generator: EventGenerator | undefined;
  // The tables are made in the subtask that needs them, not in every process that only looks at the graph.
  const generate = (sequenceNumber: number): NexmarkEvent => {
    generator ??= new EventGenerator(times);
    return generator.event(sequenceNumber);
  };
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness<NexmarkEvent>(OUT_OF_ORDERNESS);
  return env
    .fromSource(new DataGeneratorSource(generate, { count: events }), strategy.withTimestampAssigner(timeOf), 'events')
    .setParallelism(sources)
    .uid('events');
}

/** The bids among the events. */
export function bidsOf(events: DataStream<NexmarkEvent>): DataStream<Bid> {
  return events
    .filter((event) => event.type === EventType.BID)
    .name('bids only')
    .uid('bids-only')
    .map((event) => event.bid as Bid)
    .name('bids')
    .uid('bids');
}

/** Counts what passes, which is everything; the number is the accumulator `results` of the job. */
class CountResults<T> extends RichFilterFunction<T> {
  readonly #counter = new LongCounter();

  override open(): void {
    this.getRuntimeContext().addAccumulator('results', this.#counter);
  }

  filter(): boolean {
    this.#counter.count++;
    return true;
  }
}

class LongCounter {
  count = 0;

  add(more: number): void {
    this.count += more;
  }

  getLocalValue(): number {
    return this.count;
  }

  resetLocal(): void {
    this.count = 0;
  }

  merge(localValue: unknown): void {
    this.count += localValue as number;
  }
}

/** A query: what it makes of the events. */
export type Query<OUT> = (events: DataStream<NexmarkEvent>) => DataStream<OUT>;

/**
 * Runs a query with the options of the command line:
 * `--events N`, `--rate EVENTS_PER_SECOND` of event time, `--sources N` (default: the parallelism), `--output DIRECTORY` for
 * the results as NDJSON files; without it they are counted and dropped.
 */
export async function runQuery<OUT>(name: string, query: Query<OUT>, args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '1000000' },
      rate: { type: 'string', default: '100000' },
      sources: { type: 'string' },
      output: { type: 'string' },
    },
  });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const options: NexmarkOptions = {
    events: positive('--events', values.events),
    rate: positive('--rate', values.rate),
    sources: positive('--sources', values.sources ?? String(env.getParallelism())),
  };
  const results = query(eventStream(env, options))
    .filter(new CountResults<OUT>())
    .name('count results')
    .uid('count-results');
  if (values.output === undefined) results.sinkTo(new DiscardingSink()).name('drop').uid('sink');
  else
    results
      .sinkTo(
        FileSink.forLines(values.output)
          .withBucketAssigner(() => '')
          .build(),
      )
      .name('files')
      .uid('sink');
  await env.execute(`Nexmark ${name}`);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(Number.isSafeInteger(value) && value > 0)) throw new Error(`${option} must be a positive number, not ${text}.`);
  return value;
}
