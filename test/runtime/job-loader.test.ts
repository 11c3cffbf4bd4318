import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The loader is tried as it is built: what it does is to import files by Node's own rules.
const LOAD = fileURLToPath(new URL('../fixtures/job-loader/load.mjs', import.meta.url));
const JOB = `
import { FlinkError, StreamExecutionEnvironment } from 'flink-ts';
export const error = FlinkError;
function build(name) {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.fromSequence(1, 2).print();
  return env.execute(name);
}
`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-ts-loader-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Loaded {
  readonly names: readonly string[];
  readonly code?: string;
  readonly message?: string;
  readonly cause?: string;
}

interface Call {
  readonly file?: string;
  readonly entry?: string;
  readonly args?: readonly string[];
  readonly thread?: 'main' | 'worker';
}

/** Writes a job file outside of the repository, where no flink-ts is to be found, and loads it. */
async function load(
  text: string,
  { file = 'job.mjs', entry = '', args = [], thread = 'main' }: Call = {},
): Promise<Loaded> {
  const path = join(directory, file);
  await writeFile(path, text);
  const { stdout } = await execa(process.execPath, [LOAD, thread, path, entry, ...args]);
  return JSON.parse(stdout) as Loaded;
}

describe('the job loader', () => {
  it.each(['main', 'worker'] as const)(
    'gives a job this copy of flink-ts in the %s thread, wherever the file lies',
    async (thread) => {
      const loaded = await load(`${JOB} export default (args) => build(args.join(' '));`, { args: ['a', 'b'], thread });

      expect(loaded).toEqual({ names: ['a b'] });
    },
  );

  it('calls the export that -c names', async () => {
    const text = `${JOB} export default () => build('default'); export const other = () => build('other');`;

    expect(await load(text, { entry: 'other' })).toEqual({ names: ['other'] });
  });

  it('is content with a module that builds its job at top level, from the arguments of the process', async () => {
    expect(await load(`${JOB} await build(process.argv[2]);`, { args: ['top'] })).toEqual({ names: ['top'] });
  });

  it('is content with a module that builds nothing', async () => {
    expect(await load('export default () => {};')).toEqual({ names: [] });
  });

  it('finds main in a CommonJS module', async () => {
    const text = `Object.defineProperty(exports, '__esModule', { value: true });
      exports.default = async () => (await import('flink-ts')).StreamExecutionEnvironment.getExecutionEnvironment().fromSequence(1, 2).print();`;

    expect(await load(text, { file: 'job.cjs' })).toEqual({ names: [] });
  });

  it('lets what the program throws pass', async () => {
    const inMain = await load("export default () => { JSON.parse('{'); };");
    const atTop = await load("JSON.parse('{');");

    expect([inMain.code, atTop.code]).toEqual([undefined, undefined]);
    expect(atTop.message).toMatch(/JSON/);
  });

  it.each([
    ['that does not parse', 'const = 1;', /Unexpected token '=' \(.*bad\.mjs:1\)/],
    ['that imports what is not there', "import './nowhere.js';", /Cannot find module.*nowhere\.js/],
    [
      'that imports a name that is not exported',
      "import { Nope } from 'flink-ts';",
      /does not provide an export named 'Nope'/,
    ],
    ['that imports a package that is not there', "import 'no-such-package';", /Cannot find package 'no-such-package'/],
  ])('refuses a file %s, with the reason', async (_what, text, reason) => {
    const loaded = await load(text, { file: 'bad.mjs' });

    expect(loaded.code).toBe('JOB_FILE_INVALID');
    expect(loaded.message).toMatch(reason);
    expect(loaded.cause).toBeDefined();
  });

  it.skipIf('typescript' in process.features && process.features.typescript !== false)(
    'says how to compile a TypeScript file that this Node does not run',
    async () => {
      const loaded = await load('export default () => {};', { file: 'job.ts' });

      expect(loaded.code).toBe('JOB_FILE_INVALID');
      expect(loaded.message).toMatch(/does not run TypeScript\. Compile it first \(npx tsc job\.ts\)/);
    },
  );

  it.each([
    ['is not there', 'nope', "The program's entry point class 'nope' was not found in the jar file."],
    ['is no function', 'value', 'The given program class does not have a main(String[]) method'],
  ])('refuses an entry that %s', async (_what, entry, message) => {
    const loaded = await load('export const value = 1; export default () => {};', { entry });

    expect(loaded.code).toBe('ENTRY_NOT_FOUND');
    expect(loaded.message).toContain(message);
  });

  it('refuses a file that does not exist', async () => {
    const { stdout } = await execa(process.execPath, [LOAD, 'main', join(directory, 'none.mjs'), '']);

    expect(JSON.parse(stdout)).toMatchObject({
      code: 'JOB_FILE_NOT_FOUND',
      message: expect.stringContaining('none.mjs'),
    });
  });
});
