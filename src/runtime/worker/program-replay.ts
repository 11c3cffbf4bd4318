/**
 * Runs `main` again in a worker, to get its functions back: functions never cross threads. `execute()` calls before this
 * job's return what was recorded for them; this job's own records the graph and never returns. Console output is muted
 * until then, so that what `main` prints appears once, from the program worker.
 */

import { type Executor, type JobClient, type Program, setExecutor } from '../../api/executor.js';
import { FlinkError } from '../../common/errors.js';
import type { JobGraph } from '../../graph/job-graph.js';
import { type CompiledProgram, compileProgram } from '../../graph/job-graph-builder.js';
import { loadProgram } from '../job-loader.js';
import type { JobProgram, RecordedExecution } from './messages.js';

/**
 * Builds the program of a job again.
 *
 * @throws FlinkError `GRAPH_MISMATCH` when this run of `main` does not get as far as the submitted one, or builds another
 *   graph; what `main` throws.
 * @internal
 */
export async function replayProgram(program: JobProgram, submitted: JobGraph): Promise<CompiledProgram> {
  const unmute = muteOutput();
  try {
    const built = await captureProgram(program);
    const compiled = compileProgram(built, program.configuration);
    compareGraphs(submitted, compiled.jobGraph);
    return compiled;
  } finally {
    unmute();
  }
}

function captureProgram(program: JobProgram): Promise<Program> {
  return new Promise((resolve, reject) => {
    let calls = 0;
    const executor: Executor = {
      configuration: program.configuration,
      submit: (built) => {
        const index = calls++;
        if (index < program.executionIndex) return Promise.resolve(recordedClient(program.earlierResults[index]));
        if (index === program.executionIndex) resolve(built);
        return new Promise<never>(() => {});
      },
      collect: (built) => {
        const index = calls++;
        if (index < program.executionIndex) return recordedRecords(program.earlierResults[index]);
        if (index === program.executionIndex) resolve(built);
        return { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
      },
    };
    setExecutor(executor);
    loadProgram(program, executor).then(() => {
      reject(
        new FlinkError(
          'GRAPH_MISMATCH',
          `The program called execute() ${calls} times in a worker, but ${program.executionIndex + 1} times when it was submitted.`,
        ),
      );
    }, reject);
  });
}

function recordedClient(recorded: RecordedExecution | undefined): JobClient {
  const result = {
    jobId: recorded?.jobId ?? '',
    netRuntime: recorded?.netRuntime ?? 0,
    accumulators: new Map(recorded?.accumulators ?? []),
  };
  return {
    jobId: result.jobId,
    getJobStatus: () => Promise.resolve('FINISHED'),
    cancel: () => Promise.resolve(),
    getJobExecutionResult: () => Promise.resolve(result),
  };
}

async function* recordedRecords(recorded: RecordedExecution | undefined): AsyncGenerator<unknown> {
  yield* recorded?.collected ?? [];
}

function compareGraphs(submitted: JobGraph, rebuilt: JobGraph): void {
  if (comparable(submitted) === comparable(rebuilt)) return;
  const operators = (graph: JobGraph) => graph.vertices.flatMap((vertex) => vertex.operators);
  const ours = operators(rebuilt);
  const theirs = operators(submitted);
  const at = theirs.findIndex((operator, index) => JSON.stringify(operator) !== JSON.stringify(ours[index]));
  const name = theirs[at]?.name ?? ours[theirs.length]?.name ?? 'the edges between operators';
  throw new FlinkError(
    'GRAPH_MISMATCH',
    `The program built another graph in a worker than when it was submitted. The first difference is at "${name}": ${describe(theirs[at])} was submitted, ${describe(ours[at])} was built again.`,
  );
}

/** A maximum parallelism that the program left open may have been taken from the restored snapshot. */
function comparable(graph: JobGraph): string {
  const vertices = graph.vertices.map((each) =>
    each.maxParallelismConfigured ? each : { ...each, maxParallelism: -1 },
  );
  return JSON.stringify({ ...graph, vertices });
}

function describe(operator: { readonly operatorId: string; readonly uid?: string } | undefined): string {
  if (operator === undefined) return 'nothing';
  return operator.uid === undefined ? `operator ${operator.operatorId}` : `uid "${operator.uid}"`;
}

function muteOutput(): () => void {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const stream of streams) {
    stream.write = ((_chunk: unknown, encodingOrCallback?: unknown, callback?: () => void) => {
      const done = typeof encodingOrCallback === 'function' ? encodingOrCallback : callback;
      if (done !== undefined) queueMicrotask(() => done());
      return true;
    }) as typeof stream.write;
  }
  return () => {
    for (const [index, stream] of streams.entries()) {
      const write = writes[index];
      if (write !== undefined) stream.write = write;
    }
  };
}
