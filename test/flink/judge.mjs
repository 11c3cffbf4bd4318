// A real Flink as judge (`npm run test:flink`): savepoints go there and back, each command line drives the other's jobs.
// Flink is installed into a cached folder at the first call. Needs java, javac, jar, python3 with pip, unzip.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const repository = dirname(dirname(here));
const cache = process.env.FLINK_TS_FLINK_CACHE ?? join(homedir(), '.cache', 'flink-ts', 'flink');
const version = process.argv[2] ?? '1.20.5';
const [restPort, rpcPort, gatewayPort] = ['18081', '16123', '18090'];
const flink = join(cache, version);
const work = mkdtempSync(join(tmpdir(), 'flink-ts-judge-'));
const environment = { ...process.env, FLINK_TS_HOME: join(work, 'home'), FLINK_CONF_DIR: '' };
delete environment.FLINK_CONF_DIR;
const job = join(repository, 'test/fixtures/jobs/judge.js');
const judgeJar = join(work, 'judge.jar');

const call = (file, args) =>
  execFileSync(file, args, { env: environment, encoding: 'utf8', cwd: work, timeout: 180_000 });
const ours = (...args) => call(join(repository, 'bin/flink-ts'), args);
const theirs = (...args) => call(join(flink, 'bin/flink'), args);
const idIn = (text) => /JobID ([0-9a-f]{32})/.exec(text)?.[1];
const pathIn = (text) => /Savepoint completed\. Path: (\S+)/.exec(text)?.[1];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const say = (text) => process.stdout.write(`${text}\n`);
let failures = 0;
async function check(what, action) {
  try {
    await action();
    say(`ok      ${what}`);
  } catch (error) {
    failures++;
    say(`FAILED  ${what}\n${String(error.stdout ?? '')}${String(error.stderr ?? error.stack)}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** What the probes print must be the counts of a prefix 0..n-1 of the numbers. */
function checkCounts(text) {
  const rows = [...text.matchAll(/seen (\d+) (\w+) (\w+)/g)].map(([, ...row]) => row.map(Number));
  expect(rows.length === 100, `${rows.length} keys of 100:\n${text.slice(0, 2000)}`);
  const total = rows.reduce((sum, [, seen]) => sum + seen, 0);
  expect(total > 0, 'no state was restored');
  for (const [key, seen, last] of rows) {
    expect(seen === Math.floor((total - 1 - key) / 100) + 1, `key ${key} has ${seen} of ${total}`);
    expect(last === key + 100 * (seen - 1), `key ${key} was last ${last}`);
  }
  return total;
}

function install() {
  if (!existsSync(flink)) {
    mkdirSync(cache, { recursive: true });
    execFileSync('bash', [join(here, 'install-flink.sh'), version, flink, restPort, rpcPort], { stdio: 'inherit' });
  }
  const classes = join(work, 'classes');
  mkdirSync(classes);
  const libraries = readdirSync(join(flink, 'lib')).map((name) => join(flink, 'lib', name));
  call('javac', ['-nowarn', '-cp', libraries.join(':'), '-d', classes, join(here, 'JudgeJob.java')]);
  call('jar', ['cfe', judgeJar, 'JudgeJob', '-C', classes, '.']);
}

async function exchange() {
  for (const format of ['canonical', 'native']) {
    for (const [from, to] of [
      ['1', '1'],
      ['2', '3'],
    ]) {
      await check(
        `a ${format} savepoint of flink-ts (parallelism ${from}) restores in Flink (parallelism ${to})`,
        async () => {
          const id = idIn(ours('run', '-d', job, 'count', from));
          await pause(1500);
          const path = pathIn(ours('stop', '-type', format, '-p', join(work, 'ts'), id));
          checkCounts(theirs('run', '-s', path, '-n', judgeJar, 'probe', to));
        },
      );
      await check(
        `a ${format} savepoint of Flink (parallelism ${from}) restores in flink-ts (parallelism ${to})`,
        async () => {
          const id = idIn(theirs('run', '-d', judgeJar, 'count', from));
          await pause(2500);
          const path = pathIn(theirs('stop', '-type', format, '-p', join(work, 'java'), id));
          checkCounts(ours('run', '-s', path, '-n', job, 'probe', to));
        },
      );
    }
  }
}

/** One command line drives a job behind an address that belongs to the other. */
async function drive(name, cli, address, id) {
  const at = ['-m', address];
  await check(`${name}: list`, () =>
    expect(cli('list', ...at).includes(`${id} : judge (RUNNING)`), 'the job is not listed'),
  );
  let path;
  await check(`${name}: savepoint`, () => {
    path = pathIn(cli('savepoint', ...at, id, join(work, 'driven')));
    expect(existsSync(join(path.replace('file:', ''), '_metadata')), `${path} is no savepoint`);
  });
  await check(`${name}: savepoint -d`, () => {
    cli('savepoint', ...at, '-d', path);
    expect(!existsSync(path.replace('file:', '')), `${path} is still there`);
  });
  await check(`${name}: checkpoint`, () =>
    expect(/Checkpoint \d+ for job/.test(cli('checkpoint', ...at, id)), 'no checkpoint'),
  );
  await check(`${name}: stop`, () =>
    expect(pathIn(cli('stop', ...at, '-p', join(work, 'driven'), id)) !== undefined, 'no path'),
  );
  await check(`${name}: list -a`, () =>
    expect(cli('list', '-a', ...at).includes(`${id} : judge (FINISHED)`), 'not FINISHED'),
  );
}

async function main() {
  install();
  call(join(flink, 'bin/start-cluster.sh'), []);
  const gateway = spawn(join(repository, 'bin/flink-ts'), ['serve', '--port', gatewayPort], { env: environment });
  await pause(8000);
  try {
    await exchange();
    const driven = idIn(ours('run', '-d', job, 'count', '2'));
    await drive(`bin/flink ${version} drives flink-ts`, theirs, `localhost:${gatewayPort}`, driven);
    const cancelled = idIn(ours('run', '-d', job, 'count', '1'));
    await check(`bin/flink ${version} drives flink-ts: cancel`, () =>
      expect(
        theirs('cancel', '-m', `localhost:${gatewayPort}`, cancelled).includes(`Cancelled job ${cancelled}.`),
        'not cancelled',
      ),
    );
    const foreign = idIn(theirs('run', '-d', judgeJar, 'count', '2'));
    await pause(3000);
    await drive(`flink-ts drives Flink ${version}`, ours, `localhost:${restPort}`, foreign);
    const other = idIn(theirs('run', '-d', judgeJar, 'count', '1'));
    await check(`flink-ts drives Flink ${version}: cancel`, () =>
      expect(ours('cancel', '-m', `localhost:${restPort}`, other).includes(`Cancelled job ${other}.`), 'not cancelled'),
    );
  } finally {
    gateway.kill();
    call(join(flink, 'bin/stop-cluster.sh'), []);
    rmSync(work, { recursive: true, force: true });
  }
  say(failures === 0 ? 'All checks passed.' : `${failures} checks failed.`);
  process.exitCode = failures === 0 ? 0 : 1;
}

await main();
