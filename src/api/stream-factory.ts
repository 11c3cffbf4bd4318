/**
 * Makes streams for nodes. The classes of streams return each other (`keyBy` of a stream is a keyed stream, whose `map` is
 * a stream again); each of them gets this factory instead of importing the others, so that no import cycle arises.
 */

import type { Type } from '../state/type.js';
import type { BroadcastConnectedStream, KeyedBroadcastConnectedStream } from './broadcast-connected-stream.js';
import type { AnyBroadcastState, BroadcastStream } from './broadcast-stream.js';
import type { ConnectedStreams, KeyedConnectedStreams } from './connected-streams.js';
import type { DataStream } from './data-stream.js';
import type { DataStreamSink } from './data-stream-sink.js';
import type { KeyedStream } from './keyed-stream.js';
import type { Draft, PhysicalDraft, ProgramBuilder } from './program-builder.js';
import type { DataStreamSource, SingleOutputStreamOperator } from './single-output-stream-operator.js';

/** Takes the key out of a record. Must give the same key for the same record each time. */
export type KeySelector<T, K> = (value: T) => K;

/** How the records of a keyed stream get their key. @internal */
export interface KeySelection<T, K> {
  readonly keySelector: KeySelector<T, K>;
  /** Undefined: fixed by the first key. */
  readonly keyType: Type<K> | undefined;
}

/** A {@link KeySelection} where the types do not matter. @internal */
export interface UntypedKeySelection {
  readonly keySelector: unknown;
  readonly keyType: unknown;
}

/** A node with the program that it belongs to. @internal */
export interface StreamHandle<DraftT extends Draft = Draft> {
  readonly program: ProgramBuilder;
  readonly draft: DraftT;
}

/** Makes the streams of a program. @internal */
export interface StreamFactory {
  stream<T>(handle: StreamHandle): DataStream<T>;
  source<T>(handle: StreamHandle<PhysicalDraft>): DataStreamSource<T>;
  operator<T>(handle: StreamHandle<PhysicalDraft>): SingleOutputStreamOperator<T>;
  sink<T>(handle: StreamHandle<PhysicalDraft>): DataStreamSink<T>;
  keyed<T, K>(handle: StreamHandle, selection: KeySelection<T, K>): KeyedStream<T, K>;
  connected<IN1, IN2>(first: DataStream<IN1>, second: DataStream<IN2>): ConnectedStreams<IN1, IN2>;
  keyedConnected<IN1, IN2, K>(
    first: KeyedStream<IN1, K>,
    second: KeyedStream<IN2, K>,
  ): KeyedConnectedStreams<IN1, IN2, K>;
  broadcast<T>(input: DataStream<T>, states: readonly AnyBroadcastState[]): BroadcastStream<T>;
  broadcastConnected<IN1, IN2>(
    first: DataStream<IN1>,
    second: BroadcastStream<IN2>,
  ): BroadcastConnectedStream<IN1, IN2>;
  keyedBroadcastConnected<IN1, IN2, K>(
    first: KeyedStream<IN1, K>,
    second: BroadcastStream<IN2>,
  ): KeyedBroadcastConnectedStream<IN1, IN2, K>;
}
