import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chainLines, type GoldenRow, goldenRows, normalise, substitute } from '../support/golden-cli.js';
import { type CliResult, CliSandbox, eventually, JOBS } from '../support/run-cli.js';

/**
 * Recorded calls about snapshots: what holds before each is set up in a home of its own, then the same words are given.
 * Compared are exit code, stdout, the header and first line of stderr, what the innermost cause says, and the job's state.
 */
const rows = goldenRows('snapshots-1.20.5');
const COUNT = join(JOBS, 'golden-count.js');

/** Preconditions that are not set up here, with the reason; `docs/compatibility.md` has the same. */
const SKIPPED_PRE =
  /INITIALIZING|RESTARTING|CANCELLING|BATCH|needs 6 s|execution\.target: remote|throws while|maximum parallelism|jobs in order|the jobs of/;
/** Rows that need a gateway on the port of the recordings, a network or another program; help texts. */
const SKIPPED = /^(list\.(m-|fast-two)|run\.s-other-job|savepoint\.h-with-id)/;
/** Rows that differ on purpose: see docs/compatibility.md. */
const DIFFERS = new Set([
  'savepoint.job-conf-dir',
  'cancel.s-job-conf-dir',
  'stop.job-conf-dir',
  'savepoint.client-timeout',
  'savepoint.client-timeout-good',
  'run.non-restored-D',
]);
/** Rows whose innermost cause has words of our own. */
const OWN_CAUSE =
  /(dir-s3|dir-is-file|dir-empty|bad-dir|dispose-s3|s-bad-scheme|s-bad-metadata|s-empty-file|s-empty-string|cancel\.unknown|m-)/;

interface Prepared {
  readonly sandbox: CliSandbox;
  jobId: string;
  savepoint: string;
}

const results = new Map<string, { readonly result: CliResult; readonly prepared: Prepared; readonly state?: string }>();
const applicable = rows.filter(
  (row) => !SKIPPED_PRE.test(row.pre ?? '') && !SKIPPED.test(row.id) && !DIFFERS.has(row.id),
);

beforeAll(async () => {
  const waiting = [...applicable];
  const work = async () => {
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) await play(row);
  };
  await Promise.all([work(), work()]);
}, 900_000);

afterAll(async () => {
  for (const { prepared } of results.values()) prepared.sandbox.remove();
});

async function play(row: GoldenRow): Promise<void> {
  const prepared = await prepare(row);
  const { sandbox } = prepared;
  const argv = row.argv.map((word) => placed(word, prepared));
  const result = await sandbox.run(argv);
  const id = row.argv[0] === 'run' ? /JobID ([0-9a-f]{32})/.exec(result.stdout)?.[1] : prepared.jobId;
  let state: string | undefined;
  if (row.state != null && id !== undefined) {
    const now = async () => (state = (await listed(sandbox)).find((job) => job.id === id)?.state);
    await eventually(
      async () => (await now()) === row.state,
      () => String(state),
      5000,
    ).catch(() => {});
  }
  results.set(row.id, { result, prepared, ...(state !== undefined && { state }) });
  for (const job of await listed(sandbox)) if (job.state === 'RUNNING') await sandbox.run(['cancel', job.id]);
}

/** Sets up what the row says held before it. */
async function prepare(row: GoldenRow): Promise<Prepared> {
  const prepared: Prepared = { sandbox: new CliSandbox(), jobId: 'f'.repeat(32), savepoint: 'savepoint-none' };
  const { sandbox } = prepared;
  const pre = row.pre ?? '';
  const sp = join(sandbox.directory, 'sp');
  mkdirSync(join(sp, 'nometa'), { recursive: true });
  writeFileSync(join(sp, 'afile'), 'x');
  const clusterConf = pre.includes('the cluster configuration sets');
  if (clusterConf) {
    const text = `execution.checkpointing.savepoint-dir: ${join(sandbox.directory, 'csp')}\nexecution.checkpointing.interval: 1 h\n`;
    writeFileSync(join(sandbox.home, 'conf/config.yaml'), text);
  }
  if (/savepoint of the counting job|savepoint in a folder|was disposed|restored with/.test(pre)) {
    const format = pre.includes('native') ? 'native' : 'canonical';
    await start(prepared, pre.includes('parallelism 2') ? ['--par', '2'] : []);
    await sandbox.run(['savepoint', '-type', format, prepared.jobId, sp]);
    await sandbox.run(['cancel', prepared.jobId]);
    prepared.savepoint = savepointIn(sp);
    if (pre.includes('foreign file')) writeFileSync(join(sp, prepared.savepoint, 'foreign'), 'x');
    if (pre.includes('was disposed')) await sandbox.run(['savepoint', '-d', join(sp, prepared.savepoint)]);
  }
  if (pre.includes('retained checkpoint') || pre.includes('above chk-N')) {
    await start(
      prepared,
      [],
      [
        `-Dexecution.checkpointing.dir=${join(sandbox.directory, 'ck')}`,
        '-Dexecution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION',
      ],
    );
    await sandbox.run(['checkpoint', prepared.jobId]);
    await sandbox.run(['cancel', prepared.jobId]);
  }
  if (pre.includes('is not one')) {
    mkdirSync(join(sp, 'bad'), { recursive: true });
    writeFileSync(join(sp, 'bad/_metadata'), 'this is no metadata');
  }
  if (pre.includes('restored with')) {
    const mode = pre.includes('NO_CLAIM') ? 'no_claim' : 'claim';
    await start(prepared, [], ['-s', join(sp, prepared.savepoint), '-cm', mode]);
  } else if (/^counting job RUNNING/.test(pre)) {
    await start(prepared, pre.includes('parallelism 2') ? ['--par', '2'] : []);
  }
  if (row.id.endsWith('-second')) await sandbox.run(['checkpoint', prepared.jobId]);
  if (/stopped before/.test(pre)) {
    await start(prepared);
    await sandbox.run(['stop', '-p', sp, prepared.jobId]);
  }
  if (/cancelled before|job CANCELED/.test(pre)) {
    await start(prepared);
    await sandbox.run(['cancel', prepared.jobId]);
    await ended(prepared, 'CANCELED');
  }
  if (pre === 'job FINISHED') await runProgram(prepared, 'golden-finish.js');
  if (pre === 'job FAILED') await runProgram(prepared, 'golden-fail.js');
  return prepared;
}

async function start(prepared: Prepared, args: readonly string[] = [], options: readonly string[] = []) {
  const { stdout, stderr } = await prepared.sandbox.run(['run', '-d', ...options, COUNT, ...args]);
  const id = /JobID ([0-9a-f]{32})/.exec(stdout)?.[1];
  if (id === undefined) throw new Error(`The job did not start: ${stdout}${stderr}`);
  prepared.jobId = id;
}

async function runProgram(prepared: Prepared, file: string): Promise<void> {
  const { stdout } = await prepared.sandbox.run(['run', join(JOBS, file)]);
  prepared.jobId = /JobID ([0-9a-f]{32})/.exec(stdout)?.[1] ?? '';
}

async function ended(prepared: Prepared, state: string): Promise<void> {
  const now = async () => (await listed(prepared.sandbox)).find((job) => job.id === prepared.jobId)?.state;
  await eventually(
    async () => (await now()) === state,
    () => `not ${state}`,
  );
}

async function listed(sandbox: CliSandbox): Promise<readonly { readonly id: string; readonly state: string }[]> {
  const { stdout } = await sandbox.run(['list', '-a', '--json']);
  return (JSON.parse(stdout) as { jobs: readonly { readonly id: string; readonly state: string }[] }).jobs;
}

function savepointIn(directory: string): string {
  return readdirSync(directory).find((name) => name.startsWith('savepoint-')) ?? 'savepoint-none';
}

/** The word with what its placeholders stand for in this run. */
function placed(word: string, { sandbox, jobId, savepoint }: Prepared): string {
  return substitute(
    word
      .replace('<JOBID in upper case>', jobId.toUpperCase())
      .replaceAll('<JOBID>', jobId)
      .replaceAll('<SAVEPOINT>', savepoint),
    sandbox,
  );
}

/** Text of a run or a recording, with the same placeholders. */
function comparable(text: string, { sandbox, jobId }: Prepared): string {
  const known = substitute(text, sandbox)
    .replaceAll(jobId, '<JOBID>')
    .replaceAll(/savepoint-[0-9a-f]{6}-[0-9a-f]{12}/g, '<SAVEPOINT>')
    .replaceAll(/triggerId: (?:[0-9a-f]{32}|<TRIGGERID>)/g, 'triggerId: <T>')
    .replaceAll(/^(Checkpoint(?:\(FULL\))?) \d+ for/gm, '$1 <N> for')
    .replaceAll(/<SAVEPOINT\d>/g, '<SAVEPOINT>');
  return normalise(known).replaceAll(/<JOBID\d?>/g, '<JOBID>');
}

describe('a call about snapshots', () => {
  it.each(applicable)('prints and returns what Flink does: $id', (row) => {
    const played = results.get(row.id);
    if (played === undefined) throw new Error('not played');
    const { result, prepared, state } = played;
    const wanted = chainLines(comparable(row.stderr, prepared));
    const got = chainLines(comparable(result.stderr, prepared));

    expect({ exit: result.exit, stdout: comparable(result.stdout, prepared), head: got.slice(0, 5), state }).toEqual({
      exit: row.exit,
      stdout: comparable(row.stdout ?? '', prepared),
      head: wanted.slice(0, 5).slice(0, got.slice(0, 5).length === 0 ? 0 : undefined),
      state: row.state ?? undefined,
    });
    const cause = wanted.filter((line) => line.startsWith('Caused by: ')).at(-1);
    const reason = cause?.replace(/^Caused by: (?:[\w.$]+: )*/, '');
    if (reason !== undefined && !OWN_CAUSE.test(row.id)) expect(got.join('\n')).toContain(reason);
  });
});
