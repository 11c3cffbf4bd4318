import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CliSandbox, eventually, JOBS, toResult } from '../support/run-cli.js';

const sandbox = new CliSandbox();
const job = (name: string) => join(JOBS, `${name}.js`);
const HEADER = `\n${'-'.repeat(60)}\n The program finished with the following exception:\n\n`;
const USAGE = '\n\nUse the help option (-h or --help) to get help on the command.\n';

afterAll(() => sandbox.remove());

/** Of `run`, attached and detached: the same answer, and no job. */
const both = [['run'], ['run', '-d']];

describe('a job file', () => {
  it.each(both)('that is missing is an argument error (%s %s)', async (...verb) => {
    const result = await sandbox.run([...verb.filter(Boolean), 'none.js']);

    expect(result).toEqual({
      stdout: `Could not get job jar and dependencies from JAR file: JAR file does not exist: none.js${USAGE}`,
      stderr: '',
      exit: 1,
    });
  });

  it.each(['syntax-error', 'missing-import'])(
    'that does not compile is reported with its name and the reason: %s',
    async (name) => {
      const result = await sandbox.run(['run', job(name)]);

      expect(result.exit).toBe(1);
      expect(result.stdout).toContain('Could not build the program from JAR file: ');
      expect(result.stdout).toContain(job(name));
      expect(result.stdout).toContain(USAGE);
      expect(result.stderr).toMatch(/^\[JOB_FILE_INVALID\] .+\.\n$/);
    },
  );

  it.each(both)('without a job ends well, with a warning (%s %s)', async (...verb) => {
    const result = await sandbox.run([...verb.filter(Boolean), job('golden-nojob')]);

    expect(result).toEqual({
      stdout: 'main: builds nothing\n',
      stderr: 'The program built no job: its main function never called execute().\n',
      exit: 0,
    });
  });

  it.each(both)('whose job has no operator at all is refused (%s %s)', async (...verb) => {
    const result = await sandbox.run([...verb.filter(Boolean), job('empty-job')]);

    expect(result.exit).toBe(1);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain(
      `${HEADER}org.apache.flink.client.program.ProgramInvocationException: The main method`,
    );
    expect(result.stderr).toContain('No operators defined in streaming topology. Cannot execute.');
    expect(result.stderr).toContain('[NO_SINK] Add a sink');
  });

  it('that names another export than there is, is refused', async () => {
    const result = await sandbox.run(['run', '-c', 'Nope', job('golden-finish')]);

    expect(result.exit).toBe(1);
    expect(result.stderr).toContain("The program's entry point class 'Nope' was not found in the jar file.");
  });
});

describe('main', () => {
  it.each(both)('that throws is reported with its own error and stack (%s %s)', async (...verb) => {
    const result = await sandbox.run([...verb.filter(Boolean), job('golden-mainthrows'), 'checked']);

    expect(result.exit).toBe(1);
    expect(result.stdout).toBe('main: starts\n');
    expect(result.stderr).toContain(
      `${HEADER}org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: checked from main\nCaused by: Error: checked from main\n`,
    );
    expect(result.stderr).toContain('golden-mainthrows.js:');
    expect(result.stderr).toContain('Caused by: Error: inner cause\n');
  });

  it.each(both)('that calls process.exit(7) makes 7 the exit code (%s %s)', async (...verb) => {
    const result = await sandbox.run([...verb.filter(Boolean), job('golden-mainthrows'), 'exit']);

    expect(result).toEqual({ stdout: 'main: starts\n', stderr: '', exit: 7 });
  });

  it.each([
    ['endless-main', 'SIGINT', 130],
    ['endless-main', 'SIGTERM', 143],
    ['waiting-main', 'SIGINT', 130],
  ] as const)('that never returns is ended by a signal: %s, %s', async (name, signal, exit) => {
    const running = sandbox.start(['run', job(name)]);
    let stdout = '';
    running.stdout?.on('data', (chunk) => {
      stdout += String(chunk);
    });
    await eventually(
      () => stdout.includes('main: '),
      () => stdout,
    );

    running.kill(signal);

    expect(toResult(await running)).toMatchObject({ stderr: '', exit });
  });
});

describe('options', () => {
  it.each([
    [['run', '--bogus', 'x.js'], 'JAR file does not exist: --bogus'],
    [['list', '--bogus'], 'Unrecognized option: --bogus'],
    [['cancel', '-Z'], 'Unrecognized option: -Z'],
    [['run', '-p', '0', 'x.js'], 'The parallelism must be a positive number: 0'],
    [['run', '-p', 'abc', 'x.js'], 'The parallelism must be a positive number: abc'],
  ])('%j is an argument error', async (args, message) => {
    const result = await sandbox.run(args);

    expect({ stderr: result.stderr, exit: result.exit }).toEqual({ stderr: '', exit: 1 });
    expect(result.stdout).toContain(message + USAGE);
  });

  it('a setting that is no value of its key is reported by its key', async () => {
    const result = await sandbox.run(['run', '-Dparallelism.default=abc', job('golden-finish')]);

    expect(result.exit).toBe(1);
    expect(result.stderr).toContain(
      "The main method caused an error: Could not parse value 'abc' for key 'parallelism.default'.",
    );
    expect(result.stderr).toContain('[CONFIG_INVALID]');
  });
});

describe('a graph', () => {
  it('with one uid on two operators is refused by the name of the uid', async () => {
    const result = await sandbox.run(['run', job('two-uids')]);

    expect({ stdout: result.stdout, exit: result.exit }).toEqual({ stdout: '', exit: 1 });
    expect(result.stderr).toContain('same');
    expect(result.stderr).toContain('[DUPLICATE_UID] Give each operator a uid of its own.');
  });

  it('without a sink runs, as in Flink', async () => {
    const result = await sandbox.run(['run', job('no-sink')]);

    expect({ stderr: result.stderr, exit: result.exit }).toEqual({ stderr: '', exit: 0 });
    expect(result.stdout).toContain('Program execution finished');
  });
});

describe('a record', () => {
  it('that cannot travel between workers fails the job by the name of the operator and the field', async () => {
    const result = await sandbox.run(['run', '-p', '2', job('bad-record')]);

    expect(result.exit).toBe(1);
    expect(result.stdout).toMatch(/^Job has been submitted with JobID [0-9a-f]{32}\n$/);
    expect(result.stderr).toContain('makes functions');
    expect(result.stderr).toContain('call');
    expect(result.stderr).toContain('[RECORD_NOT_TRANSFERABLE]');
  });
});
