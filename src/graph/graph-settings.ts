/** The options that shape a graph, read from their text. Everything else in the configuration is for the runtime. */

import { FlinkError } from '../common/errors.js';

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

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  milli: 1,
  millis: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  seconds: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
};

/** The options of the graph. @internal */
export class GraphSettings {
  readonly configuration: Readonly<Record<string, string>>;

  constructor(configuration: Readonly<Record<string, string>>) {
    this.configuration = Object.freeze({ ...configuration });
  }

  /** The parallelism of operators that say nothing; -1 and nothing said mean 1. */
  get parallelism(): number {
    const parallelism = this.#integer('parallelism.default') ?? 1;
    if (parallelism === -1) return 1;
    if (parallelism < 1) throw invalid('parallelism.default', String(parallelism), 'a positive number');
    return parallelism;
  }

  /** The maximum parallelism of operators that say nothing; undefined = derived from the parallelism. */
  get maxParallelism(): number | undefined {
    const maxParallelism = this.#integer('pipeline.max-parallelism');
    if (maxParallelism === undefined || maxParallelism === -1) return undefined;
    if (maxParallelism < 1 || maxParallelism > MAX_PARALLELISM_LIMIT) {
      throw invalid('pipeline.max-parallelism', String(maxParallelism), `a number from 1 to ${MAX_PARALLELISM_LIMIT}`);
    }
    return maxParallelism;
  }

  /** Milliseconds; -1 = buffers are sent when they are full only. */
  get bufferTimeout(): number {
    if (!this.#boolean('execution.buffer-timeout.enabled', true)) return -1;
    return (
      this.#milliseconds('execution.buffer-timeout.interval') ?? this.#milliseconds('execution.buffer-timeout') ?? 100
    );
  }

  get isChainingEnabled(): boolean {
    return this.#boolean('pipeline.operator-chaining.enabled', this.#boolean('pipeline.operator-chaining', true));
  }

  /** Whether operators with different maximum parallelism may be chained. */
  get chainsDifferentMaxParallelism(): boolean {
    return this.#boolean('pipeline.operator-chaining.chain-operators-with-different-max-parallelism', true);
  }

  get runtimeMode(): 'STREAMING' | 'BATCH' | 'AUTOMATIC' {
    const mode = (this.#text('execution.runtime-mode') ?? 'STREAMING').toUpperCase();
    if (mode === 'STREAMING' || mode === 'BATCH' || mode === 'AUTOMATIC') return mode;
    throw invalid('execution.runtime-mode', mode, 'STREAMING, BATCH or AUTOMATIC');
  }

  #text(key: string): string | undefined {
    return Object.hasOwn(this.configuration, key) ? this.configuration[key]?.trim() : undefined;
  }

  #integer(key: string): number | undefined {
    const text = this.#text(key);
    if (text === undefined) return undefined;
    if (!/^[+-]?\d+$/.test(text)) throw invalid(key, text, 'a whole number');
    return Number(text);
  }

  #boolean(key: string, otherwise: boolean): boolean {
    const text = this.#text(key)?.toLowerCase();
    if (text === undefined) return otherwise;
    if (text !== 'true' && text !== 'false') throw invalid(key, text, 'true or false');
    return text === 'true';
  }

  #milliseconds(key: string): number | undefined {
    const text = this.#text(key);
    if (text === undefined) return undefined;
    const [, digits, unit = ''] = /^(-?\d+)\s*([a-zA-Z]*)$/.exec(text) ?? [];
    const factor = UNITS[unit.toLowerCase()];
    if (digits === undefined || factor === undefined) throw invalid(key, text, 'a duration such as 100 ms');
    return Number(digits) < 0 ? -1 : Number(digits) * factor;
  }
}

function invalid(key: string, found: string, expected: string): FlinkError {
  return new FlinkError('CONFIG_INVALID', `Option ${key} must be ${expected}, not "${found}".`);
}
