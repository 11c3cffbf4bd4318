/** What `run` prints about its jobs: Flink's lines, or one JSON document a line. */

import type { Output } from './output.js';
import type { JobEnd } from './run-host.js';

type Finished = Extract<JobEnd, { status: 'FINISHED' }>;

/** Where the events of jobs go. @internal */
export interface JobReport {
  submitted(jobId: string, name: string): void;
  finished(jobId: string, end: Finished): void;
}

/** Flink's lines. The result is printed as one text with a line break of its own, hence the blank line behind it. @internal */
export class TextReport implements JobReport {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  submitted(jobId: string): void {
    this.#output.out(`Job has been submitted with JobID ${jobId}\n`);
  }

  finished(jobId: string, { runtimeMs, accumulators }: Finished): void {
    const lines = accumulators.map(([name, className, value]) => `- ${name} (${className})${accumulatorText(value)}\n`);
    const block = lines.length === 0 ? '' : `Accumulator Results: \n${lines.join('')}\n`;
    this.#output.out(
      `Program execution finished\nJob with JobID ${jobId} has finished.\nJob Runtime: ${runtimeMs} ms\n${block}\n`,
    );
  }
}

/** One document a line. @internal */
export class JsonReport implements JobReport {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  submitted(id: string, name: string): void {
    this.#output.out(`${JSON.stringify({ event: 'submitted', id, name })}\n`);
  }

  finished(id: string, end: Finished): void {
    const accumulators = Object.fromEntries(end.accumulators.map(([name, , value]) => [name, plain(value)]));
    this.#output.out(`${JSON.stringify({ event: 'finished', id, runtime: end.runtimeMs, accumulators })}\n`);
  }
}

function accumulatorText(value: unknown): string {
  if (Array.isArray(value)) return ` [${value.length} elements]`;
  if (value instanceof Map) return `: {${[...value].map(([key, count]) => `${key}=${count}`).join(', ')}}`;
  return `: ${String(value)}`;
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  return typeof value === 'bigint' ? value.toString() : value;
}
