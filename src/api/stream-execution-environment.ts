/**
 * Where a program begins: settings, sources, and `execute()`, which hands the program to whoever loaded the job file. What
 * the program sets here beats `-D` and config.yaml, as in Flink.
 */

import { FlinkError } from '../common/errors.js';
import { PipelineOptions } from '../common/options.js';
import type { NodeSettings } from '../graph/transformation.js';
import { builtInConnectors } from './built-in-connectors.js';
import { CheckpointConfig, type CheckpointingMode } from './checkpoint-config.js';
import type { Source, SourceSplit } from './connector.js';
import {
  currentExecutor,
  installedExecutor,
  type JobClient,
  type JobExecutionResult,
  type Program,
} from './executor.js';
import { checkObject } from './function-forms.js';
import { checkBufferTimeout, checkMaxParallelism, checkParallelism } from './operator-settings.js';
import { type PhysicalDraft, ProgramBuilder } from './program-builder.js';
import { ProgramConfiguration } from './program-configuration.js';
import type { RestartStrategyConfiguration } from './restart-strategies.js';
import type { DataStreamSource } from './single-output-stream-operator.js';
import { STREAMS } from './streams.js';
import { WatermarkStrategy } from './watermark-strategy.js';

/** How a job treats bounded input. */
export type RuntimeExecutionMode = 'STREAMING' | 'BATCH' | 'AUTOMATIC';

const DEFAULT_JOB_NAME = 'Flink Streaming Job';
const PARALLELISM = PipelineOptions.PARALLELISM.key;
const MAX_PARALLELISM = PipelineOptions.MAX_PARALLELISM.key;

/** The context of a streaming program. */
export class StreamExecutionEnvironment {
  readonly #configuration: ProgramConfiguration;
  readonly #checkpointConfig: CheckpointConfig;
  readonly #program: ProgramBuilder;

  private constructor(options: Readonly<Record<string, string>>) {
    this.#configuration = new ProgramConfiguration(installedExecutor()?.configuration ?? {});
    this.#checkpointConfig = new CheckpointConfig(this.#configuration);
    this.#program = new ProgramBuilder(STREAMS, (collectId) => this.#executeAndCollect(collectId));
    this.configure(options);
  }

  /** The environment of whoever runs the job file; with option keys and values that the program wants to set. */
  static getExecutionEnvironment(options: Readonly<Record<string, string>> = {}): StreamExecutionEnvironment {
    return new StreamExecutionEnvironment(options);
  }

  /** How many subtasks operators have that are added from now on and say nothing themselves. */
  setParallelism(parallelism: number): this {
    checkParallelism(parallelism, 'the environment');
    this.#configuration.set(PARALLELISM, String(parallelism));
    this.#program.defaultParallelism = parallelism;
    return this;
  }

  /** The parallelism of operators that say nothing themselves. */
  getParallelism(): number {
    return this.#configuration.get(PipelineOptions.PARALLELISM);
  }

  /** The number of key groups of operators that say nothing themselves. */
  setMaxParallelism(maxParallelism: number): this {
    checkMaxParallelism(maxParallelism, 'the environment');
    this.#configuration.set(MAX_PARALLELISM, String(maxParallelism));
    return this;
  }

  /** The number of key groups that was set, or -1. */
  getMaxParallelism(): number {
    return this.#configuration.get(PipelineOptions.MAX_PARALLELISM);
  }

  /** Milliseconds until records are sent on, full buffer or not; 0 = at once, -1 = only full buffers. 100 by default. */
  setBufferTimeout(timeoutMs: number): this {
    checkBufferTimeout(timeoutMs);
    this.#configuration.set('execution.buffer-timeout.enabled', String(timeoutMs >= 0));
    if (timeoutMs >= 0) this.#configuration.set('execution.buffer-timeout.interval', `${timeoutMs} ms`);
    return this;
  }

  /** Gives every operator a task of its own. */
  disableOperatorChaining(): this {
    this.#configuration.set('pipeline.operator-chaining.enabled', 'false');
    return this;
  }

  /** STREAMING, BATCH (bounded sources only), or AUTOMATIC: batch if all sources are bounded. */
  setRuntimeMode(mode: RuntimeExecutionMode): this {
    this.#configuration.set('execution.runtime-mode', mode);
    return this;
  }

  /** Takes a checkpoint each so many milliseconds. */
  enableCheckpointing(intervalMs: number, mode?: CheckpointingMode): this {
    this.#checkpointConfig.setCheckpointInterval(intervalMs);
    if (mode !== undefined) this.#checkpointConfig.setCheckpointingMode(mode);
    return this;
  }

  /** The settings of checkpoints. */
  getCheckpointConfig(): CheckpointConfig {
    return this.#checkpointConfig;
  }

  /** What happens when the job fails; see {@link RestartStrategies}. */
  setRestartStrategy(strategy: RestartStrategyConfiguration): this {
    return this.configure(strategy.options);
  }

  /** Sets options by their keys: `env.configure({ 'pipeline.name': 'Rides' })`. */
  configure(options: Readonly<Record<string, string | number | boolean>>): this {
    for (const [key, value] of Object.entries(options)) {
      if (key === PARALLELISM) this.setParallelism(Number(value));
      else if (key === MAX_PARALLELISM) this.setMaxParallelism(Number(value));
      else this.#configuration.set(key, String(value));
    }
    return this;
  }

  /** The value of an option, as the program, `-D` or config.yaml set it. */
  getConfiguration(key: string): string | undefined {
    return this.#configuration.raw(key);
  }

  /** A stream of the given records: `env.fromData(['a', 'b'])` or `env.fromData('a', 'b')`. Parallelism 1. */
  fromData<T>(records: readonly T[]): DataStreamSource<T>;
  fromData<T>(...records: readonly T[]): DataStreamSource<T>;
  fromData<T>(...given: readonly (T | readonly T[])[]): DataStreamSource<T> {
    const [first] = given;
    const records = given.length === 1 && Array.isArray(first) ? (first as readonly T[]) : (given as readonly T[]);
    const source = builtInConnectors().collection<T>(Object.freeze([...records]));
    return this.#source(source, WatermarkStrategy.noWatermarks<T>(), { name: 'Collection Source', parallelism: 1 });
  }

  /** The integers from one to another, both inclusive, dealt out to all subtasks. */
  fromSequence(from: number, to: number): DataStreamSource<number> {
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
      throw new FlinkError('GRAPH_INVALID', `fromSequence() needs two safe integers, not ${from} and ${to}.`);
    }
    const source = builtInConnectors().sequence(from, to);
    return this.#source(source, WatermarkStrategy.noWatermarks<number>(), { name: 'Sequence Source' });
  }

  /** The records of a source: `env.fromSource(source, WatermarkStrategy.noWatermarks(), 'rides')`. */
  fromSource<T, SplitT extends SourceSplit, EnumStateT>(
    source: Source<T, SplitT, EnumStateT>,
    strategy: WatermarkStrategy<NoInfer<T>>,
    name: string,
  ): DataStreamSource<T> {
    checkObject(source, 'createReader', 'fromSource()');
    return this.#source(source, strategy, { name });
  }

  /** The lines of a text file, or of all files of a directory, once. */
  readTextFile(path: string): DataStreamSource<string> {
    const source = builtInConnectors().textFile(path);
    return this.#source(source, WatermarkStrategy.noWatermarks<string>(), { name: 'Custom File Source' });
  }

  /** What a server sends, cut at the delimiter. Not replayable: for trying things out. */
  socketTextStream(hostname: string, port: number, delimiter = '\n', maxRetries = 0): DataStreamSource<string> {
    const source = builtInConnectors().socket({ hostname, port, delimiter, maxRetries });
    const settings = { name: 'Socket Stream', parallelism: 1, parallelismFixed: true };
    return this.#source(source, WatermarkStrategy.noWatermarks<string>(), settings);
  }

  /** Runs the program as a job and waits until it has ended. Each call is a job of its own. */
  async execute(jobName?: string): Promise<JobExecutionResult> {
    const client = await this.#submit(jobName, true);
    return client.getJobExecutionResult();
  }

  /** Starts the program as a job and goes on. */
  async executeAsync(jobName?: string): Promise<JobClient> {
    return this.#submit(jobName, false);
  }

  #submit(jobName: string | undefined, isAttached: boolean): Promise<JobClient> {
    const executor = currentExecutor();
    return executor.submit(this.#takeProgram(jobName), isAttached);
  }

  #executeAndCollect(collectId: string): AsyncIterable<unknown> {
    const executor = currentExecutor();
    const program = this.#takeProgram(undefined);
    if (executor.collect === undefined) {
      throw new FlinkError('UNSUPPORTED', `executeAndCollect() of job "${program.jobName}" is not supported here.`);
    }
    return executor.collect(program, collectId);
  }

  #takeProgram(jobName: string | undefined): Program {
    return Object.freeze({
      jobName: jobName ?? this.#configuration.get(PipelineOptions.NAME) ?? DEFAULT_JOB_NAME,
      transformations: this.#program.take(),
      configuration: this.#configuration.own(),
    });
  }

  #source<T, SplitT extends SourceSplit, EnumStateT>(
    source: Source<T, SplitT, EnumStateT>,
    strategy: WatermarkStrategy<T>,
    settings: Omit<NodeSettings, 'chaining'>,
  ): DataStreamSource<T> {
    const draft = this.#program.add<PhysicalDraft>({
      kind: 'source',
      settings: { ...settings, chaining: 'ALWAYS' },
      bounded: source.boundedness === 'BOUNDED',
      functions: { source, watermarkStrategy: strategy },
    });
    return this.#program.streams.source({ program: this.#program, draft });
  }
}
