/**
 * `check`, and `run --dry-run`: what a program would restore from a snapshot. The program's main function runs up to its
 * first job; nothing is submitted. Types of state are declared when functions open, so they are not looked at here.
 */

import { FlinkError, messageOf } from '../common/errors.js';
import type { JobGraph } from '../graph/job-graph.js';
import { ProgramClient } from '../runtime/worker/program-client.js';
import { HomeDirectory } from '../snapshot/home-directory.js';
import { sizeOfSubtask } from '../snapshot/snapshot-files.js';
import type { OperatorState } from '../snapshot/snapshot-metadata.js';
import { type LoadedSnapshot, loadSnapshot } from '../snapshot/snapshot-pointer.js';
import { assignState } from '../snapshot/state-assignment.js';
import { CliUsageError } from './cli-errors.js';
import type { Invocation, Verb } from './commands.js';
import { failureOfMain, launchProgram } from './program-launch.js';
import { type ProgramOptions, readProgramOptions } from './program-options.js';
import { chooseSnapshot } from './snapshots/chosen-snapshot.js';
import { sizeText } from './table.js';

/** Exit codes beside 0: state would be lost; the restore would be refused. */
const DROPS = 10;
const REFUSED = 11;

/** An operator of the answer; documented in `docs/cli.md`, and stable. */
interface CheckedOperator {
  readonly operatorId: string;
  readonly uid: string | null;
  readonly name: string | null;
  readonly stateSize: number;
}

interface CheckResult {
  readonly job: string;
  readonly snapshot: string | null;
  readonly restored: readonly CheckedOperator[];
  readonly new: readonly CheckedOperator[];
  readonly dropped: readonly CheckedOperator[];
  readonly incompatible: readonly string[];
}

/** The verb. @internal */
export const checkVerb: Verb = {
  async run(invocation) {
    const options = readProgramOptions(invocation.line);
    if (options.restore === undefined) throw new CliUsageError('Which snapshot? Give it with -s.');
    return checkProgram(invocation, options);
  },
};

/** Prints what would be restored; returns the exit code. @internal */
export async function checkProgram(invocation: Invocation, options: ProgramOptions): Promise<number> {
  const { output, environment, line } = invocation;
  const graph = await graphOf(invocation, options);
  const given = options.restore?.path;
  const path = given && (await chooseSnapshot(given, new HomeDirectory(environment), output));
  const result = compare(graph, path === undefined ? undefined : await loadSnapshot(path));
  output.out(line.has('json') ? `${JSON.stringify(result, null, 2)}\n` : textOf(result));
  if (result.incompatible.length > 0) return REFUSED;
  return result.dropped.length > 0 && options.restore?.allowNonRestoredState !== true ? DROPS : 0;
}

/** The graph of the first job that the program would submit; what its main function prints is swallowed. */
async function graphOf(invocation: Invocation, options: ProgramOptions): Promise<JobGraph> {
  const program = launchProgram(invocation, options);
  let found: (graph: JobGraph) => void = () => {};
  const submitted = new Promise<JobGraph>((resolve) => {
    found = resolve;
  });
  const client = new ProgramClient({ kind: 'program-worker', program }, (request) => {
    if (request.type === 'submit') found(request.jobGraph);
  });
  try {
    const outcome = await Promise.race([submitted, client.ended]);
    if (!('kind' in outcome)) return outcome;
    throw failureOfMain(outcome) ?? new FlinkError('PROGRAM_FAILED', 'The main function never called execute().');
  } finally {
    await client.terminate();
  }
}

function compare(graph: JobGraph, snapshot: LoadedSnapshot | undefined): CheckResult {
  const inJob = graph.vertices.flatMap((vertex) => vertex.operators);
  const states = new Map(snapshot?.metadata.operators.map((state) => [state.operatorId, state]));
  const taken = new Set<string>();
  const restored: CheckedOperator[] = [];
  const fresh: CheckedOperator[] = [];
  for (const { operatorId, uidHash, uid, name } of inJob) {
    const state = (uidHash === undefined ? undefined : states.get(uidHash)) ?? states.get(operatorId);
    if (state !== undefined) taken.add(state.operatorId);
    const checked = { operatorId, uid: uid ?? null, name, stateSize: state === undefined ? 0 : stateSize(state) };
    (state !== undefined && hasState(state) ? restored : fresh).push(checked);
  }
  const names = new Map(snapshot?.metadata.trailer?.operators.map((each) => [each.operatorId, each]));
  const dropped = [...states.values()]
    .filter((state) => !taken.has(state.operatorId) && hasState(state))
    .map((state) => ({
      operatorId: state.operatorId,
      uid: state.uid ?? names.get(state.operatorId)?.uid ?? null,
      name: state.name ?? names.get(state.operatorId)?.name ?? null,
      stateSize: stateSize(state),
    }));
  const incompatible = snapshot === undefined ? [] : refusals(graph, snapshot);
  return { job: graph.name, snapshot: snapshot?.directory ?? null, restored, new: fresh, dropped, incompatible };
}

function refusals(graph: JobGraph, snapshot: LoadedSnapshot): string[] {
  try {
    assignState(snapshot, graph.vertices, { allowNonRestoredState: true });
    return [];
  } catch (error) {
    if (error instanceof FlinkError) return [messageOf(error)];
    throw error;
  }
}

function hasState(state: OperatorState): boolean {
  return stateSize(state) > 0 || state.coordinatorState !== undefined;
}

function stateSize({ subtasks, coordinatorState }: OperatorState): number {
  const own = [...subtasks.values()].reduce((sum, state) => sum + sizeOfSubtask(state), 0);
  return own + (coordinatorState?.length ?? 0);
}

function textOf(result: CheckResult): string {
  const from = result.snapshot === null ? 'without a snapshot' : `from ${result.snapshot}`;
  const lines = [`Job "${result.job}" ${from}:`];
  const add = (verb: string, operators: readonly CheckedOperator[]) => {
    for (const { uid, name, operatorId, stateSize: size } of operators) {
      const called = uid === null ? (name ?? operatorId) : `${uid} (${name ?? operatorId})`;
      lines.push(`  ${verb.padEnd(12)} ${called}${size > 0 ? `, ${sizeText(size)}` : ''}`);
    }
  };
  add('restored', result.restored);
  add('new', result.new);
  add('dropped', result.dropped);
  for (const reason of result.incompatible) lines.push(`  incompatible ${reason}`);
  return `${lines.join('\n')}\n`;
}
