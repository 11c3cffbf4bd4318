/** The options that shape a graph. Everything else in the configuration is for the runtime. */

import { Configuration } from '../common/config.js';
import { FlinkError } from '../common/errors.js';
import { ExecutionOptions, mergeConfiguration, PipelineOptions } from '../common/options.js';

/** The largest maximum parallelism there is. @internal */
export const MAX_PARALLELISM_LIMIT = 32768;

/**
 * The maximum parallelism of a vertex for which nobody set one: half as much again as its parallelism, rounded up to a power
 * of two, from 128 up. The same as in `state/key-groups.ts`, which `graph` must not import; a test compares the two. @internal
 */
export function defaultMaxParallelism(parallelism: number): number {
  const wanted = parallelism + Math.floor(parallelism / 2);
  return Math.min(Math.max(2 ** Math.ceil(Math.log2(wanted)), 128), MAX_PARALLELISM_LIMIT);
}

/** The options of the graph: layers of settings, the weakest first. @internal */
export class GraphSettings {
  readonly configuration: Readonly<Record<string, string>>;
  /** The parallelism of operators that say nothing; -1 and nothing said mean 1. */
  readonly parallelism: number;
  /** The maximum parallelism of operators that say nothing; undefined = derived from the parallelism. */
  readonly maxParallelism: number | undefined;
  /** Milliseconds; -1 = buffers are sent when they are full only. */
  readonly bufferTimeout: number;
  readonly isChainingEnabled: boolean;
  /** Whether operators with different maximum parallelism may be chained. */
  readonly chainsDifferentMaxParallelism: boolean;
  readonly runtimeMode: 'STREAMING' | 'BATCH' | 'AUTOMATIC';
  /** False: an operator without a uid is an error. */
  readonly generatesUids: boolean;
  /** Whether the names of vertices begin with their place in the list. */
  readonly hasVertexIndex: boolean;

  constructor(...layers: readonly Readonly<Record<string, string>>[]) {
    this.configuration = Object.freeze(mergeConfiguration(...layers));
    const options = new Configuration(this.configuration);
    this.parallelism = parallelismOf(options.get(PipelineOptions.PARALLELISM));
    this.maxParallelism = maxParallelismOf(options.get(PipelineOptions.MAX_PARALLELISM));
    this.bufferTimeout = options.get(ExecutionOptions.BUFFER_TIMEOUT_ENABLED)
      ? options.get(ExecutionOptions.BUFFER_TIMEOUT)
      : -1;
    this.isChainingEnabled = options.get(PipelineOptions.OPERATOR_CHAINING);
    this.chainsDifferentMaxParallelism = options.get(PipelineOptions.CHAIN_DIFFERENT_MAX_PARALLELISM);
    this.runtimeMode = options.get(ExecutionOptions.RUNTIME_MODE);
    this.generatesUids = options.get(PipelineOptions.AUTO_GENERATE_UIDS);
    this.hasVertexIndex = options.get(PipelineOptions.VERTEX_NAME_INDEX_PREFIX);
  }
}

function parallelismOf(value: number): number {
  if (value === -1) return 1;
  if (value >= 1) return value;
  throw new FlinkError('CONFIG_INVALID', `Option parallelism.default must be a positive number, not ${value}.`);
}

function maxParallelismOf(value: number): number | undefined {
  if (value === -1) return undefined;
  if (value >= 1 && value <= MAX_PARALLELISM_LIMIT) return value;
  throw new FlinkError(
    'CONFIG_INVALID',
    `Option pipeline.max-parallelism is out of bounds 0 < maxParallelism <= ${MAX_PARALLELISM_LIMIT}. Found: ${value}.`,
  );
}
