/**
 * flink-ts: what a job file imports. Streams are built with the environment and its streams, functions carry the logic,
 * connectors bring records in and out. Loading this module gives the environment its built-in connectors.
 */

import { setBuiltInConnectors } from './api/built-in-connectors.js';
import { connectors } from './connectors/built-in-connectors.js';

setBuiltInConnectors(connectors);

// Programs.
export type { AllWindowedStream } from './api/all-windowed-stream.js';
export { AsyncDataStream, type AsyncWait, type AsyncWaitWithRetry } from './api/async-data-stream.js';
export {
  type AsyncFunction,
  type AsyncResult,
  type AsyncRetryPredicate,
  AsyncRetryStrategies,
  type AsyncRetryStrategy,
  type ResultFuture,
  RetryPredicates,
  RichAsyncFunction,
} from './api/async-functions.js';
export type { BroadcastConnectedStream, KeyedBroadcastConnectedStream } from './api/broadcast-connected-stream.js';
export type { AnyBroadcastState, BroadcastStream } from './api/broadcast-stream.js';
export type { CheckpointConfig, CheckpointingMode, ExternalizedCheckpointRetention } from './api/checkpoint-config.js';
export type {
  CoGroupedKeyed,
  CoGroupedStreams,
  CoGroupedWhere,
  CoGroupedWindows,
  TaggedUnion,
} from './api/co-grouped-streams.js';
export type { ConnectedStreams, KeyedConnectedStreams } from './api/connected-streams.js';
// Contracts of connectors.
export type {
  Boundedness,
  CommitRequest,
  Committer,
  InputStatus,
  ReaderOutput,
  SimpleVersionedSerializer,
  Sink,
  SinkRecordContext,
  SinkWriter,
  SinkWriterContext,
  Source,
  SourceReader,
  SourceReaderContext,
  SourceSplit,
  SplitEnumerator,
  SplitEnumeratorContext,
} from './api/connector.js';
export type { DataStream } from './api/data-stream.js';
export type { DataStreamSink } from './api/data-stream-sink.js';
export type { JobClient, JobExecutionResult } from './api/executor.js';
export type { FlatMapper, Mapper, Predicate, ReducerForm, Synchronous } from './api/function-forms.js';
// Functions.
export {
  AbstractRichFunction,
  type Accumulator,
  type BroadcastContext,
  BroadcastProcessFunction,
  type BroadcastStateName,
  type CheckpointedFunction,
  type CheckpointListener,
  type CoFlatMapFunction,
  type Collector,
  type CoMapFunction,
  CoProcessFunction,
  type FilterFunction,
  type FlatMapFunction,
  type FunctionInitializationContext,
  type KeyedBroadcastContext,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type KeyedReadOnlyBroadcastContext,
  type LifecycleFunction,
  type MapFunction,
  type OnTimerContext,
  type Partitioner,
  type ProcessContext,
  ProcessFunction,
  type ReadOnlyBroadcastContext,
  type ReduceFunction,
  RichFilterFunction,
  RichFlatMapFunction,
  RichMapFunction,
  type RuntimeContext,
  type TimeDomain,
  type TimerService,
} from './api/functions.js';
export {
  type IntervalJoin,
  type IntervalJoined,
  type JoinProcessor,
  type ProcessJoinContext,
  ProcessJoinFunction,
} from './api/interval-join.js';
export type { JoinedKeyed, JoinedStreams, JoinedWhere, JoinedWindows } from './api/joined-streams.js';
export type { FieldOf, KeyedStream } from './api/keyed-stream.js';
export { OutputTag } from './api/output-tag.js';
export {
  type ExponentialDelayOptions,
  RestartStrategies,
  type RestartStrategyConfiguration,
} from './api/restart-strategies.js';
export type { DataStreamSource, SingleOutputStreamOperator } from './api/single-output-stream-operator.js';
export { type RuntimeExecutionMode, StreamExecutionEnvironment } from './api/stream-execution-environment.js';
export type { KeySelector } from './api/stream-factory.js';
export {
  type TimestampAssigner,
  type WatermarkGenerator,
  type WatermarkOutput,
  WatermarkStrategy,
} from './api/watermark-strategy.js';

// Windows.
export type { WindowedStream } from './api/windowed-stream.js';
export {
  EventTimeSessionWindows,
  GlobalWindows,
  ProcessingTimeSessionWindows,
  type SessionWindowTimeGapExtractor,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  WindowStagger,
} from './api/windowing/assigners.js';
export { CountEvictor, DeltaEvictor, TimeEvictor } from './api/windowing/evictors.js';
export {
  DeltaTrigger,
  type ProcessingTimeoutOptions,
  ProcessingTimeoutTrigger,
  PurgingTrigger,
} from './api/windowing/further-triggers.js';
export {
  ContinuousEventTimeTrigger,
  ContinuousProcessingTimeTrigger,
  CountTrigger,
  type DeltaFunction,
  EventTimeTrigger,
  ProcessingTimeTrigger,
} from './api/windowing/triggers.js';
export {
  type Evictor,
  type EvictorContext,
  type MergeCallback,
  MergingWindowAssigner,
  type OnMergeContext,
  Trigger,
  type TriggerContext,
  TriggerResult,
  WindowAssigner,
  type WindowAssignerContext,
  type WindowContext,
  type WindowStateStore,
} from './api/windowing/window-contracts.js';
export {
  type AllWindowFunction,
  type CoGroupFunction,
  type FlatJoinFunction,
  type JoinFunction,
  ProcessAllWindowFunction,
  ProcessWindowFunction,
  type WindowFunction,
} from './api/windowing/window-functions.js';
// Errors and times.
export type { ErrorCode } from './common/error-codes.js';
export { FlinkError } from './common/errors.js';
export { MAX_TIMESTAMP, MIN_TIMESTAMP, NO_TIMESTAMP } from './common/time.js';
export { GlobalWindow, TimeWindow, type Window } from './common/windows.js';

// Connectors.
export { CollectionSource } from './connectors/collection-source.js';
export { type CustomSinkOptions, createSink } from './connectors/custom-sink.js';
export { type CustomSourceOptions, createSource, type Positioned } from './connectors/custom-source.js';
export { type DataGeneratorOptions, DataGeneratorSource } from './connectors/datagen-source.js';
export { DiscardingSink } from './connectors/discarding-sink.js';
export { type BucketAssigner, type BucketContext, timeBuckets } from './connectors/file/bucket-assigner.js';
export type { CsvOptions, MalformedOptions } from './connectors/file/record-format.js';
export type { RollingPolicyOptions } from './connectors/file/rolling-policy.js';
export { FileSink, type FileSinkBuilder } from './connectors/file-sink.js';
export { FileSource, type FileSourceBuilder } from './connectors/file-source.js';
export { PrintSink, type PrintSinkOptions } from './connectors/print-sink.js';
export { NumberSequenceSource } from './connectors/sequence-source.js';
export { SocketSink, type SocketSinkOptions } from './connectors/socket-sink.js';
export { SocketSource, type SocketSourceOptions } from './connectors/socket-source.js';
export { StdinSource } from './connectors/stdin-source.js';

// State and types.
export type {
  BroadcastState,
  OperatorListState,
  OperatorListStateDescriptor,
  OperatorStateStore,
  ReadonlyBroadcastState,
} from './state/operator-state.js';
export type { TypeSerializer } from './state/serializer.js';
export type { TimestampedValue } from './state/serializers/stream-record-serializer.js';
export {
  type AggregateFunction,
  type AggregatingState,
  AggregatingStateDescriptor,
  type ListState,
  ListStateDescriptor,
  type MapState,
  MapStateDescriptor,
  type Reducer,
  type ReducingState,
  ReducingStateDescriptor,
  type ValueState,
  ValueStateDescriptor,
} from './state/state-descriptor.js';
export {
  type StateTtlConfig,
  stateTtl,
  type TtlCleanup,
  type TtlStateVisibility,
  type TtlUpdateType,
} from './state/state-ttl-config.js';
export type { Type, TypeOf } from './state/type.js';
export { Types } from './state/types.js';
