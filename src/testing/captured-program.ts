/**
 * Runs a job's `main` and keeps the program that it executes, with its functions. As in the workers of a real job, `main`
 * runs once a worker, so that each has functions of its own, and its `execute()` never returns.
 */

import { type Executor, type Program, setExecutor } from '../api/executor.js';
import { FlinkError } from '../common/errors.js';
import { type CompiledProgram, compileProgram } from '../graph/job-graph-builder.js';
import type { NodeFunctions } from '../graph/transformation.js';
import type { TestSink } from './test-sink.js';
import type { TestSource } from './test-source.js';

/** What builds a job: the default export of a job file, or a function in the test. */
export type JobMain = (args: readonly string[]) => unknown;

/** What is run, and with what. @internal */
export interface ProgramUnderTest {
  readonly main: JobMain;
  readonly args: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  /** Sources to put in the place of the program's own, by uid or name. */
  readonly sources: Readonly<Record<string, TestSource<unknown>>>;
  /** Sinks to put in the place of the program's own, by uid or name. */
  readonly sinks: Readonly<Record<string, TestSink<unknown>>>;
}

/**
 * The program of the first `execute()` of `main`.
 *
 * @throws FlinkError `GRAPH_INVALID` when `main` executes no job, or when a name of `sources` or `sinks` stands for nothing;
 *   whatever `main` throws.
 * @internal
 */
export async function captureProgram(test: ProgramUnderTest): Promise<CompiledProgram> {
  const program = await runMain(test);
  return replaceConnectors(compileProgram(program, test.configuration), test);
}

function runMain({ main, args, configuration }: ProgramUnderTest): Promise<Program> {
  return new Promise((resolve, reject) => {
    const executor: Executor = {
      configuration,
      submit: (program) => {
        resolve(program);
        return new Promise<never>(() => {});
      },
    };
    setExecutor(executor);
    new Promise((done) => {
      done(main(args));
    })
      .then(() => reject(new FlinkError('GRAPH_INVALID', 'The program under test ended without calling execute().')))
      .catch(reject);
  });
}

function replaceConnectors(program: CompiledProgram, test: ProgramUnderTest): CompiledProgram {
  const functions = new Map<number, NodeFunctions>(program.functions);
  const unused = new Set([...Object.keys(test.sources), ...Object.keys(test.sinks)]);
  for (const { nodeId, uid, name, spec } of program.jobGraph.vertices.flatMap((vertex) => vertex.operators)) {
    const names = [uid, name, name.replace(/^(Source|Sink): |: (Writer|Committer)$/g, '')];
    const isSource = spec.type === 'source';
    const key = names.find((each) => each !== undefined && (isSource ? test.sources : test.sinks)[each] !== undefined);
    const own = functions.get(nodeId);
    if (key === undefined || own === undefined) continue;
    if (isSource) functions.set(nodeId, { ...own, source: test.sources[key] });
    else if ('sink' in own) functions.set(nodeId, { ...own, sink: test.sinks[key]?.replacing(own['sink']) });
    else continue;
    unused.delete(key);
  }
  for (const key of unused) {
    throw new FlinkError('GRAPH_INVALID', `The program under test has no source or sink "${key}".`);
  }
  return { jobGraph: program.jobGraph, functions };
}
