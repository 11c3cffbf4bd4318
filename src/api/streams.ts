/** The factory that knows all classes of streams; see `stream-factory.ts` for why there is one. */

import { BroadcastConnectedStream, KeyedBroadcastConnectedStream } from './broadcast-connected-stream.js';
import { BroadcastStream } from './broadcast-stream.js';
import { ConnectedStreams, KeyedConnectedStreams } from './connected-streams.js';
import { DataStream } from './data-stream.js';
import { DataStreamSink } from './data-stream-sink.js';
import { KeyedStream } from './keyed-stream.js';
import { DataStreamSource, SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { StreamFactory } from './stream-factory.js';

/** Makes the streams of every program. @internal */
export const STREAMS: StreamFactory = {
  stream: (handle) => new DataStream(handle),
  source: (handle) => new DataStreamSource(handle),
  operator: (handle) => new SingleOutputStreamOperator(handle),
  sink: (handle) => new DataStreamSink(handle),
  keyed: (handle, selection) => new KeyedStream(handle, selection),
  connected: (first, second) => new ConnectedStreams(first, second),
  keyedConnected: (first, second) => new KeyedConnectedStreams(first, second),
  broadcast: (input, states) => new BroadcastStream(input, states),
  broadcastConnected: (first, second) => new BroadcastConnectedStream(first, second),
  keyedBroadcastConnected: (first, second) => new KeyedBroadcastConnectedStream(first, second),
};
