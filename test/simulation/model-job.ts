/** A model graph as a job of the engine, with a source that stops where it is told and a two-phase sink that a test can read. */

import {
  type Collector,
  type DataStream,
  EventTimeSessionWindows,
  type InputStatus,
  KeyedCoProcessFunction,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type KeyedStream,
  type ListState,
  ListStateDescriptor,
  type MapState,
  MapStateDescriptor,
  type OnTimerContext,
  OutputTag,
  type ProcessContext,
  ProcessFunction,
  type ReaderOutput,
  type SimpleVersionedSerializer,
  type SingleOutputStreamOperator,
  type Sink,
  SlidingEventTimeWindows,
  type Source,
  type SourceReader,
  type SourceReaderContext,
  type SourceSplit,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  Types,
  type ValueState,
  ValueStateDescriptor,
  type WatermarkGenerator,
  WatermarkStrategy,
} from '../../src/index.js';
import {
  endsOf,
  type Item,
  type KeyForm,
  keyOf,
  type ModelGraph,
  type ModelNode,
  slideOf,
  type Timed,
} from './model-graph.js';
import { copies, keyNumber } from './model-reference.js';

/** What a job has committed, by sink; a commit that comes again is taken once. */
export class CommittedOutput {
  readonly #seen = new Set<string>();
  readonly #records = new Map<number, Item[]>();

  commit(sink: number, { id, text }: Committable): void {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    this.#records.set(sink, [...this.of(sink), ...(decode(text) as Item[])]);
  }

  of(sink: number): readonly Item[] {
    return this.#records.get(sink) ?? [];
  }
}

interface Committable {
  readonly id: string;
  readonly text: string;
}
interface ModelSplit extends SourceSplit {
  readonly index: number;
  readonly next: number;
}

/** JSON that keeps what a record may carry. */
export function encode(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, member: unknown) {
    const original = this[key];
    if (original instanceof Date) return { date: original.getTime() };
    return typeof original === 'bigint' ? { bigint: String(original) } : member;
  });
}

function decode(text: string): unknown {
  return JSON.parse(text);
}

function jsonSerializer<T>(): SimpleVersionedSerializer<T> {
  return {
    version: 1,
    serialize: (value) => new TextEncoder().encode(JSON.stringify(value)),
    deserialize: (_version, bytes) => JSON.parse(new TextDecoder().decode(bytes)) as T,
  };
}

const SIDE = new OutputTag<Item>('side');
let commits = 0;

/** The `main` of a model graph. */
export function modelMain(graph: ModelGraph, output: CommittedOutput): () => Promise<void> {
  return async () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment().setMaxParallelism(graph.maxParallelism);
    if (!graph.chaining) env.disableOperatorChaining();
    const streams: DataStream<Item>[] = [];
    for (const [index, node] of graph.nodes.entries()) {
      const stream = build(env, node, streams);
      const isVirtual = node.kind === 'union' || node.kind === 'side';
      if (!isVirtual) settle(stream as SingleOutputStreamOperator<Item>, node, `node ${index}`);
      streams.push(FOLDING.has(node.kind) ? normalized(stream, node, index) : stream);
    }
    for (const index of endsOf(graph.nodes)) {
      (streams[index] as DataStream<Item>).sinkTo(modelSink(index, output)).uid(`sink ${index}`);
    }
    await env.execute('model');
  };
}

/** Operators that put out a first element as it is. */
const FOLDING = new Set<ModelNode['kind']>(['reduce', 'tumbling', 'sliding', 'session']);

function settle(operator: SingleOutputStreamOperator<Item>, node: ModelNode, uid: string): void {
  operator.uid(uid);
  if (node.parallelism !== undefined) operator.setParallelism(node.parallelism);
  if (node.slotGroup !== undefined) operator.slotSharingGroup(node.slotGroup);
}

function normalized(stream: DataStream<Item>, node: ModelNode, index: number): DataStream<Item> {
  const form = (node as Extract<ModelNode, { kind: 'reduce' }>).key;
  const mapped = stream.map(({ k, v }) => ({ k: keyNumber(form, k), v }));
  settle(mapped, node, `normalized ${index}`);
  return mapped;
}

function build(
  env: StreamExecutionEnvironment,
  node: ModelNode,
  streams: readonly DataStream<Item>[],
): DataStream<Item> {
  const at = (index: number) => streams[index] as DataStream<Item>;
  switch (node.kind) {
    case 'source':
      return env.fromSource(modelSource(node.splits, node.batch), eachRecord(node.bound), 'model source');
    case 'side':
      return (at(node.input) as SingleOutputStreamOperator<Item>).getSideOutput(SIDE);
    case 'union':
      return at(node.inputs[0]).union(at(node.inputs[1]));
    case 'join':
      return keyed(at(node.inputs[0]), node.key)
        .connect(keyed(at(node.inputs[1]), node.key))
        .process(new Join(node.key));
    case 'count':
      return keyed(at(node.input), node.key).process(new Count(node.key));
    case 'timers':
      return keyed(at(node.input), node.key).process(new Slots(node.key, node.n));
    case 'reduce':
      return keyed(at(node.input), node.key).reduce((a, b) => ({ k: a.k, v: a.v + b.v }));
    case 'tumbling':
      return keyed(at(node.input), node.key)
        .window(TumblingEventTimeWindows.of(node.n))
        .reduce((a, b) => ({ k: a.k, v: a.v + b.v }));
    case 'sliding':
      return keyed(at(node.input), node.key)
        .window(SlidingEventTimeWindows.of(node.n, slideOf(node.n)))
        .reduce((a, b) => ({ k: a.k, v: a.v + b.v }));
    case 'session':
      return keyed(at(node.input), node.key)
        .window(EventTimeSessionWindows.withGap(node.n))
        .reduce((a, b) => ({ k: a.k, v: a.v + b.v }));
    default:
      return stateless(node, partitioned(at(node.input), node.partitioning));
  }
}

function stateless(
  node: Extract<ModelNode, { kind: 'map' | 'filter' | 'flatMap' | 'split' }>,
  input: DataStream<Item>,
): DataStream<Item> {
  const { n } = node;
  switch (node.kind) {
    case 'map':
      return input.map((item) => ({ ...item, v: item.v + n }));
    case 'filter':
      return input.filter(({ v }) => v % n !== 0);
    case 'flatMap':
      return input.flatMap((item) => copies(item, n));
    default:
      return input.process(new Split(n));
  }
}

function partitioned(stream: DataStream<Item>, how: string): DataStream<Item> {
  switch (how) {
    case 'rebalance':
      return stream.rebalance();
    case 'rescale':
      return stream.rescale();
    case 'shuffle':
      return stream.shuffle();
    case 'global':
      return stream.global();
    case 'broadcast':
      return stream.broadcast();
    case 'custom':
      return stream.partitionCustom(
        (key: number, channels) => key % channels,
        ({ k }) => k,
      );
    default:
      return stream;
  }
}

function keyed(stream: DataStream<Item>, form: KeyForm): KeyedStream<Item, unknown> {
  if (form === 'tuple') {
    const type = Types.TUPLE(Types.LONG, Types.STRING);
    return stream.keyBy((item) => keyOf(form, item) as [number, string], type) as KeyedStream<Item, unknown>;
  }
  return stream.keyBy((item) => keyOf(form, item) as string);
}

class Count extends KeyedProcessFunction<unknown, Item, Item> {
  readonly #form: KeyForm;
  #count!: ValueState<number>;

  constructor(form: KeyForm) {
    super();
    this.#form = form;
  }
  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG));
  }
  override processElement({ k }: Item, _ctx: KeyedProcessContext<unknown>, out: Collector<Item>) {
    const count = (this.#count.value() ?? 0) + 1;
    this.#count.update(count);
    out.collect({ k: keyNumber(this.#form, k), v: count });
  }
}

/** Sums the values of each slot of `size`, and puts the sum out at its end. */
class Slots extends KeyedProcessFunction<unknown, Item, Item> {
  readonly #form: KeyForm;
  readonly #size: number;
  #sums!: MapState<number, Item>;

  constructor(form: KeyForm, size: number) {
    super();
    this.#form = form;
    this.#size = size;
  }
  override open() {
    this.#sums = this.getRuntimeContext().getState(new MapStateDescriptor('sums', Types.LONG, Types.ANY<Item>()));
  }
  override processElement({ k, v }: Item, ctx: KeyedProcessContext<unknown>) {
    const end = (Math.floor((ctx.timestamp() as number) / this.#size) + 1) * this.#size;
    this.#sums.put(end, { k, v: v + (this.#sums.get(end)?.v ?? 0) });
    ctx.timerService().registerEventTimeTimer(end);
  }
  override onTimer(time: number, _ctx: OnTimerContext<unknown>, out: Collector<Item>) {
    const { k, v } = this.#sums.get(time) as Item;
    this.#sums.remove(time);
    out.collect({ k: keyNumber(this.#form, k), v });
  }
}

class Split extends ProcessFunction<Item, Item> {
  readonly #n: number;

  constructor(n: number) {
    super();
    this.#n = n;
  }
  override processElement(item: Item, ctx: ProcessContext, out: Collector<Item>) {
    if (item.v % this.#n === 0) ctx.output(SIDE, item);
    else out.collect(item);
  }
}

/** Each record meets all of the other side that came before it. */
class Join extends KeyedCoProcessFunction<unknown, Item, Item, Item> {
  readonly #form: KeyForm;
  #left!: ListState<number>;
  #right!: ListState<number>;

  constructor(form: KeyForm) {
    super();
    this.#form = form;
  }
  override open() {
    this.#left = this.getRuntimeContext().getState(new ListStateDescriptor('left', Types.LONG));
    this.#right = this.getRuntimeContext().getState(new ListStateDescriptor('right', Types.LONG));
  }
  override processElement1({ k, v }: Item, _ctx: KeyedProcessContext<unknown>, out: Collector<Item>) {
    this.#left.add(v);
    for (const right of this.#right.get()) out.collect({ k: keyNumber(this.#form, k), v: v * 1000 + right });
  }
  override processElement2({ k, v }: Item, _ctx: KeyedProcessContext<unknown>, out: Collector<Item>) {
    this.#right.add(v);
    for (const left of this.#left.get()) out.collect({ k: keyNumber(this.#form, k), v: left * 1000 + v });
  }
}

/** A watermark behind every record. */
function eachRecord(bound: number): WatermarkStrategy<Item> {
  return WatermarkStrategy.forGenerator((): WatermarkGenerator<Item> => {
    let newest = Number.NEGATIVE_INFINITY;
    return {
      onEvent(_item, timestamp, output) {
        newest = Math.max(newest, timestamp);
        output.emitWatermark(newest - bound - 1);
      },
      onPeriodicEmit() {},
    };
  });
}

/**
 * A reader gets all its splits at its one request, and reads nothing before: were a split to come when others have been read,
 * its records could be late. At most `batch` records a poll.
 */
function modelSource(
  splits: readonly (readonly Timed[])[],
  batch: number,
): Source<Item, ModelSplit, readonly ModelSplit[]> {
  return {
    boundedness: 'BOUNDED',
    splitSerializer: jsonSerializer(),
    enumeratorStateSerializer: jsonSerializer(),
    createEnumerator(context, restored) {
      let left = [...(restored ?? splits.map((_, index) => ({ splitId: `s${index}`, index, next: 0 })))];
      return {
        start() {},
        addReader() {},
        addSplitsBack() {},
        handleSplitRequest(subtask) {
          const isOwn = ({ index }: ModelSplit) => index % context.parallelism === subtask;
          for (const split of left.filter(isOwn)) context.assignSplit(split, subtask);
          left = left.filter((split) => !isOwn(split));
          context.signalNoMoreSplits(subtask);
        },
        snapshotState: () => [...left],
        close() {},
      };
    },
    createReader: (context) => new ModelReader(context, splits, batch),
  };
}

class ModelReader implements SourceReader<Item, ModelSplit> {
  readonly #context: SourceReaderContext;
  readonly #records: readonly (readonly Timed[])[];
  readonly #batch: number;
  #splits: ModelSplit[] = [];
  #hasAll = false;

  constructor(context: SourceReaderContext, records: readonly (readonly Timed[])[], batch: number) {
    this.#context = context;
    this.#records = records;
    this.#batch = batch;
  }
  start() {
    this.#context.sendSplitRequest();
  }
  pollNext(output: ReaderOutput<Item>): InputStatus {
    if (!this.#hasAll) return 'NOTHING_AVAILABLE';
    for (let count = 0; count < this.#batch && output.isAvailable; count++) {
      const split = this.#splits.shift();
      if (split === undefined) return 'END_OF_INPUT';
      const record = this.#records[split.index]?.[split.next];
      if (record === undefined) {
        output.releaseSplit(split.splitId);
        continue;
      }
      this.#splits.push({ ...split, next: split.next + 1 });
      output.collect(record[0], split.splitId, record[1]);
    }
    return 'MORE_AVAILABLE';
  }
  addSplits(splits: readonly ModelSplit[]) {
    this.#splits.push(...splits);
  }
  notifyNoMoreSplits() {
    this.#hasAll = true;
    this.#context.notifyAvailable();
  }
  snapshotState(): readonly ModelSplit[] {
    return [...this.#splits];
  }
  close() {}
}

/** Commits what was written up to a checkpoint, once. */
function modelSink(index: number, output: CommittedOutput): Sink<Item, never, Committable> {
  return {
    createWriter() {
      let written: Item[] = [];
      return {
        write(item) {
          written.push(item);
        },
        flush() {},
        prepareCommit() {
          const text = encode(written);
          const isEmpty = written.length === 0;
          written = [];
          return isEmpty ? [] : [{ id: `commit ${commits++}`, text }];
        },
        close() {},
      };
    },
    createCommitter: () => ({
      commit(requests) {
        for (const { committable } of requests) output.commit(index, committable);
      },
      close() {},
    }),
    committableSerializer: jsonSerializer(),
  };
}
