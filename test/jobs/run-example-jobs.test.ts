/** The example jobs through the real command, as the README runs them. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliSandbox, eventually, REPOSITORY } from '../support/run-cli.js';

const job = (name: string) => join(REPOSITORY, 'dist/jobs', `${name}.js`);

function sandbox(): CliSandbox {
  const made = new CliSandbox();
  onTestFinished(() => made.remove());
  return made;
}

/** The lines of all visible part files, sorted. */
function committed(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trimEnd().split('\n'))
    .sort();
}

/** The newest complete checkpoint of the only job that writes below a directory. */
function newestCheckpoint(directory: string): string | undefined {
  const numberOf = (path: string) => Number(/chk-(\d+)$/.exec(path)?.[1] ?? 0);
  // A running job removes old ones meanwhile, so names are listed level by level, and a file may be gone again.
  const list = (path: string) => (existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : []);
  return list(directory)
    .flatMap(list)
    .filter((path) => numberOf(path) > 0 && existsSync(join(path, '_metadata')))
    .sort((a, b) => numberOf(a) - numberOf(b))
    .at(-1);
}

describe('the example jobs, run by the command', () => {
  it('word-count prints each word with its number so far', async () => {
    const { stdout, exit } = await sandbox().run(['run', job('word-count')]);

    expect(exit).toBe(0);
    expect(stdout).toContain('\napache 1\n');
  });

  it('word-count counts the same with two workers, into files', async () => {
    const cli = sandbox();
    await cli.run(['run', job('word-count'), '--output', 'one']);
    await cli.run(['run', '-p', '2', job('word-count'), '--output', 'two']);

    expect(committed(join(cli.directory, 'two'))).toEqual(committed(join(cli.directory, 'one')));
  });

  it('state-machine prints alerts', async () => {
    const { stdout, exit } = await sandbox().run([
      'run',
      job('state-machine'),
      '--events',
      '20000',
      '--error-rate',
      '0.01',
    ]);

    expect(exit).toBe(0);
    expect(stdout).toMatch(/^ALERT: 10\.0\.\d+\.\d+ sent \w+ in state \w+$/m);
  });

  it('socket-word-count counts what a server sends', async () => {
    const server = createServer((socket) => socket.end('to be or\nnot to be\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;

    const args = ['run', job('socket-word-count'), '--hostname', '127.0.0.1', '--port', String(port)];
    const { stdout, exit } = await sandbox().run(args);

    expect(exit).toBe(0);
    expect(stdout.split('\n').filter((line) => line.includes(' : '))).toEqual([
      'to : 1',
      'be : 1',
      'or : 1',
      'not : 1',
      'to : 2',
      'be : 2',
    ]);
  });

  it('flight-delays goes on from a checkpoint after its process was killed, with other workers', async () => {
    const cli = sandbox();
    const output = join(cli.directory, 'out');
    const checkpoints = join(cli.directory, 'checkpoints');
    const retention = 'execution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION';
    const settings = ['-D', `execution.checkpointing.dir=${checkpoints}`, '-D', retention];
    await cli.run(['run', job('flight-delays'), '--output', 'undisturbed']);

    const args = ['--output', output, '--checkpoint-interval', '100'];
    const killed = cli.start(['run', '-p', '2', ...settings, job('flight-delays'), ...args, '--rate', '4000']);
    await eventually(
      () => /chk-([5-9]|\d\d)$/.test(newestCheckpoint(checkpoints) ?? ''),
      () => `the newest checkpoint is ${newestCheckpoint(checkpoints)}`,
    );
    killed.kill('SIGKILL');
    await killed;
    const from = newestCheckpoint(checkpoints) as string;
    const { exit } = await cli.run(['run', '-p', '3', '-s', from, job('flight-delays'), ...args]);

    expect(exit).toBe(0);
    expect(committed(output)).toEqual(committed(join(cli.directory, 'undisturbed')));
    expect(committed(output)).toHaveLength(6961);
  });
});
