/**
 * A stream of records of one type. Every method adds a node to the program and returns the stream of its results; nothing
 * runs before `execute()`. Names and defaults are Flink's.
 */

import { FlinkError } from '../common/errors.js';
import type { GlobalWindow, Window } from '../common/windows.js';
import type { OperatorSpec, PartitionerKind } from '../graph/transformation.js';
import type { Type } from '../state/type.js';
import { AllWindowedStream } from './all-windowed-stream.js';
import type { BroadcastConnectedStream } from './broadcast-connected-stream.js';
import { type AnyBroadcastState, BroadcastStream } from './broadcast-stream.js';
import { builtInConnectors } from './built-in-connectors.js';
import { CoGroupedStreams } from './co-grouped-streams.js';
import type { ConnectedStreams } from './connected-streams.js';
import type { Sink } from './connector.js';
import type { DataStreamSink } from './data-stream-sink.js';
import {
  checkFunction,
  checkObject,
  checkPlainFunction,
  type FlatMapper,
  hasMethod,
  type Mapper,
  type Predicate,
  type Synchronous,
} from './function-forms.js';
import type { Partitioner, ProcessFunction } from './functions.js';
import { JoinedStreams } from './joined-streams.js';
import type { KeyedStream } from './keyed-stream.js';
import { assertSameProgram, type Draft, type PhysicalDraft, type ProgramBuilder } from './program-builder.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { KeySelection, KeySelector, StreamHandle, UntypedKeySelection } from './stream-factory.js';
import type { WatermarkStrategy } from './watermark-strategy.js';
import { countWindowing } from './window-draft.js';
import { GlobalWindows } from './windowing/assigners.js';
import type { WindowAssigner } from './windowing/window-contracts.js';

/** A stream of records of type `T`. */
export class DataStream<T> {
  /** The node that makes the records. @internal */
  readonly draft: Draft;
  /** The program that the stream belongs to. @internal */
  readonly program: ProgramBuilder;

  /** Streams come from an environment or from other streams. @internal */
  constructor(handle: StreamHandle) {
    this.draft = handle.draft;
    this.program = handle.program;
  }

  /** How the records are keyed; undefined on a stream that is not. @internal */
  get keySelection(): UntypedKeySelection | undefined {
    return undefined;
  }

  /**
   * Turns each record into another one: `stream.map((line) => line.length)`. The function must not return a promise:
   * waiting belongs into sources, sinks and asynchronous operators.
   */
  map<OUT>(mapper: Mapper<T, OUT> & Synchronous<OUT>): SingleOutputStreamOperator<OUT> {
    checkFunction(mapper, 'map', 'map()');
    return this.addOperator('Map', { type: 'map' }, { function: mapper });
  }

  /**
   * Turns each record into any number of others, returned as an iterable: `stream.flatMap((line) => line.split(' '))`, or
   * emitted: `stream.flatMap((line, out: Collector<string>) => { out.collect(line); })`.
   */
  flatMap<OUT>(mapper: FlatMapper<T, OUT>): SingleOutputStreamOperator<OUT> {
    checkFunction(mapper, 'flatMap', 'flatMap()');
    return this.addOperator('Flat Map', { type: 'flatMap' }, { function: mapper });
  }

  /** Keeps the records for which the function returns true: `stream.filter((n) => n > 0)`. */
  filter(predicate: Predicate<T>): SingleOutputStreamOperator<T> {
    checkFunction(predicate, 'filter', 'filter()');
    return this.addOperator('Filter', { type: 'filter' }, { function: predicate });
  }

  /** Any number of results a record, with side outputs: `stream.process(new Splitter())`. */
  process<OUT>(processor: ProcessFunction<T, OUT> & { onTimer?: never }): SingleOutputStreamOperator<OUT> {
    checkObject(processor, 'processElement', 'process()');
    if (this.keySelection === undefined && hasMethod(processor, 'onTimer')) {
      throw new FlinkError(
        'GRAPH_INVALID',
        'process() got a function with timers, which needs a keyed stream: call keyBy first.',
      );
    }
    return this.addOperator('Process', { type: 'process' }, { function: processor });
  }

  /**
   * Brings records with the same key together, where keyed state and timers belong to the key:
   * `stream.keyBy((ride) => ride.taxi)`. Strings, safe integers and booleans are keys by themselves; for others say the
   * type: `stream.keyBy((ride) => [ride.from, ride.to], Types.TUPLE(Types.STRING, Types.STRING))`.
   */
  keyBy<K>(keySelector: KeySelector<T, K> & Synchronous<K>): KeyedStream<T, K>;
  keyBy<const K>(keySelector: KeySelector<T, K>, keyType: Type<K> | undefined): KeyedStream<T, K>;
  keyBy<K>(keySelector: KeySelector<T, K>, keyType?: Type<K>): KeyedStream<T, K> {
    checkPlainFunction(keySelector, 'keyBy()');
    const selection: KeySelection<T, K> = { keySelector, keyType };
    return this.program.streams.keyed(this.#partition('HASH', { ...selection }), selection);
  }

  /** All records of this stream and of others of the same type, in no promised order: `a.union(b, c)`. */
  union(...others: readonly DataStream<T>[]): DataStream<T> {
    if (others.length === 0) return this;
    for (const other of others) assertSameProgram(this.program, other.program);
    const inputs = [this.draft, ...others.map((other) => other.draft)];
    const draft = this.program.add({ kind: 'union', inputs });
    return this.program.streams.stream({ program: this.program, draft });
  }

  /** Cuts the whole stream into windows, in one subtask: `stream.windowAll(TumblingEventTimeWindows.of(10_000))`. */
  windowAll<W extends Window>(assigner: WindowAssigner<T, W>): AllWindowedStream<T, W> {
    return new AllWindowedStream<T, W>(this, assigner);
  }

  /** Windows of a number of elements, in one subtask; with a slide, of the last `size` at every `slide` elements. */
  countWindowAll(size: number, slide?: number): AllWindowedStream<T, GlobalWindow> {
    const { trigger, evictor } = countWindowing(size, slide);
    const windows = this.windowAll(GlobalWindows.create()).trigger(trigger);
    return evictor === undefined ? windows : windows.evictor(evictor);
  }

  /** Joins windows of two streams: `a.join(b).where(idOfA).equalTo(idOfB).window(w).apply((x, y) => [x, y])`. */
  join<T2>(other: DataStream<T2>): JoinedStreams<T, T2> {
    return new JoinedStreams<T, T2>(this, other);
  }

  /** Brings windows of two streams together: `a.coGroup(b).where(idOfA).equalTo(idOfB).window(w).apply(f)`. */
  coGroup<T2>(other: DataStream<T2>): CoGroupedStreams<T, T2> {
    return new CoGroupedStreams<T, T2>(this, other);
  }

  /** Puts another stream beside this one, for functions of two inputs that share state: `orders.connect(payments)`. */
  connect<T2>(other: BroadcastStream<T2>): BroadcastConnectedStream<T, T2>;
  connect<T2>(other: DataStream<T2>): ConnectedStreams<T, T2>;
  connect<T2>(other: DataStream<T2> | BroadcastStream<T2>): ConnectedStreams<T, T2> | BroadcastConnectedStream<T, T2> {
    assertSameProgram(this.program, other.program);
    return other instanceof BroadcastStream
      ? this.program.streams.broadcastConnected(this, other)
      : this.program.streams.connected(this, other);
  }

  /** Sends each record to every subtask: `rules.broadcast()`; with state descriptors, to be connected with another stream. */
  broadcast(): DataStream<T>;
  broadcast(...states: readonly [AnyBroadcastState, ...AnyBroadcastState[]]): BroadcastStream<T>;
  broadcast(...states: readonly AnyBroadcastState[]): DataStream<T> | BroadcastStream<T> {
    const stream = this.#repartition('BROADCAST');
    return states.length === 0 ? stream : this.program.streams.broadcast(stream, states);
  }

  /** Deals the records out to all subtasks in turn. */
  rebalance(): DataStream<T> {
    return this.#repartition('REBALANCE');
  }

  /** Deals the records out in turn to a few subtasks each, so that less of the network is used. */
  rescale(): DataStream<T> {
    return this.#repartition('RESCALE');
  }

  /** Sends each record to a random subtask. */
  shuffle(): DataStream<T> {
    return this.#repartition('SHUFFLE');
  }

  /** Sends all records to the first subtask. */
  global(): DataStream<T> {
    return this.#repartition('GLOBAL');
  }

  /** Sends each record to the subtask with the same number; both sides need the same parallelism. */
  forward(): DataStream<T> {
    return this.#repartition('FORWARD');
  }

  /** Lets a function choose the subtask: `stream.partitionCustom((key, n) => key % n, (ride) => ride.id)`. */
  partitionCustom<K>(partitioner: Partitioner<K>, keySelector: KeySelector<T, K>): DataStream<T> {
    checkPlainFunction(partitioner, 'partitionCustom()');
    checkPlainFunction(keySelector, 'partitionCustom()');
    return this.#repartition('CUSTOM', { partitioner, keySelector });
  }

  /** Gives the records timestamps and makes watermarks of them; better done at the source. */
  assignTimestampsAndWatermarks(strategy: WatermarkStrategy<T>): SingleOutputStreamOperator<T> {
    return this.addOperator(
      'Timestamps/Watermarks',
      { type: 'timestampsAndWatermarks' },
      { watermarkStrategy: strategy },
    );
  }

  /** Ends the stream in a sink: `stream.sinkTo(FileSink.forLines('out').build())`. */
  sinkTo<WriterStateT, CommittableT>(sink: Sink<T, WriterStateT, CommittableT>): DataStreamSink<T> {
    checkObject(sink, 'createWriter', 'sinkTo()');
    const draft = this.program.add<PhysicalDraft>({
      kind: 'sink',
      input: this.draft,
      settings: { name: 'Sink', chaining: 'ALWAYS' },
      hasCommitter: sink.createCommitter !== undefined,
      functions: { sink },
    });
    return this.program.streams.sink({ program: this.program, draft });
  }

  /** Writes each record to standard output; an identifier is put in front of it. */
  print(identifier?: string): DataStreamSink<T> {
    return this.#sinkFunction('Print to Std. Out', builtInConnectors().print({ identifier, toStdErr: false }));
  }

  /** Writes each record to standard error; an identifier is put in front of it. */
  printToErr(identifier?: string): DataStreamSink<T> {
    return this.#sinkFunction('Print to Std. Err', builtInConnectors().print({ identifier, toStdErr: true }));
  }

  /**
   * Executes the program and gives the records of this stream as they come: `for await (const n of
   * stream.executeAndCollect())`. With a limit it resolves to that many records, and cancels the job then.
   */
  executeAndCollect(): AsyncIterable<T>;
  executeAndCollect(limit: number): Promise<T[]>;
  executeAndCollect(limit?: number): AsyncIterable<T> | Promise<T[]> {
    const collectId = `collect-${this.program.nextId}`;
    this.#sinkFunction('Data stream collect sink', builtInConnectors().collect(collectId), 1);
    const records = this.program.executeAndCollect(collectId) as AsyncIterable<T>;
    return limit === undefined ? records : firstOf(records, limit);
  }

  /** Adds an operator that reads from this stream, keyed as the stream is. @internal */
  addOperator<OUT>(
    name: string,
    spec: OperatorSpec,
    functions: Readonly<Record<string, unknown>>,
  ): SingleOutputStreamOperator<OUT> {
    const draft = this.program.add<PhysicalDraft>({
      kind: 'operator',
      inputs: [this.draft],
      settings: { name, chaining: 'ALWAYS' },
      spec,
      functions: { ...functions, ...this.keySelection },
      keyed: [this.keySelection !== undefined],
    });
    return this.program.streams.operator({ program: this.program, draft });
  }

  /** Puts a partition behind this stream; keyed streams refuse it. @internal */
  checkRepartition(): void {}

  #repartition(partitioner: PartitionerKind, functions: Readonly<Record<string, unknown>> = {}): DataStream<T> {
    this.checkRepartition();
    return this.program.streams.stream(this.#partition(partitioner, functions));
  }

  #partition(partitioner: PartitionerKind, functions: Readonly<Record<string, unknown>>): StreamHandle {
    const draft = this.program.add({ kind: 'partition', input: this.draft, partitioner, functions });
    return { program: this.program, draft };
  }

  #sinkFunction(name: string, sink: Sink<unknown>, parallelism?: number): DataStreamSink<T> {
    const draft = this.program.add<PhysicalDraft>({
      kind: 'operator',
      inputs: [this.draft],
      settings: { name, chaining: 'ALWAYS', ...(parallelism !== undefined && { parallelism, parallelismFixed: true }) },
      spec: { type: 'sinkFunction' },
      functions: { sink },
      keyed: [false],
    });
    return this.program.streams.sink({ program: this.program, draft });
  }
}

async function firstOf<T>(records: AsyncIterable<T>, limit: number): Promise<T[]> {
  const first: T[] = [];
  if (limit <= 0) return first;
  for await (const record of records) {
    first.push(record);
    if (first.length >= limit) break;
  }
  return first;
}
