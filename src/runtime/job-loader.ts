/**
 * Loads a job file and runs its `main`, so that `execute()` reaches the executor of whoever loads it. The file's `flink-ts`
 * is always this very copy, whether or not a `node_modules` lies near the file: two copies would not know each other's
 * classes. Everything else resolves from the file's own place.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Executor, setExecutor } from '../api/executor.js';
import { FlinkError, messageOf } from '../common/errors.js';
import type { JobProgram } from './worker/messages.js';

export { collectFunctions } from '../graph/job-graph-builder.js';

/** Which file, which export, which arguments. @internal */
export type LoadedProgram = Pick<JobProgram, 'file' | 'args' | 'entry'>;

type ModuleExports = Readonly<Record<string, unknown>>;

/**
 * Imports the job file under the executor, and calls its `main` with the arguments: the export that `entry` names, else the
 * default one. A module without a default export has built its job while it was imported. Resolves when `main` has.
 *
 * @throws FlinkError `JOB_FILE_NOT_FOUND`, `JOB_FILE_INVALID` (with the cause) or `ENTRY_NOT_FOUND`; whatever the program
 *   itself throws passes as it is.
 * @internal
 */
export async function loadProgram(program: LoadedProgram, executor: Executor): Promise<void> {
  const { file, args, entry } = program;
  if (!existsSync(file)) throw new FlinkError('JOB_FILE_NOT_FOUND', `Job file "${file}" does not exist.`);
  setExecutor(executor);
  provideFlinkTs(file);
  // What a program sees that is run by node itself; a module without a main has no other way to its arguments.
  process.argv = [process.execPath, file, ...args];
  const main = findMain(await importJobFile(file), program);
  if (main !== undefined) await main(Object.freeze([...args]));
  else if (entry !== undefined) throw entryNotFound(entry);
}

async function importJobFile(file: string): Promise<ModuleExports> {
  try {
    return (await import(pathToFileURL(file).href)) as ModuleExports;
  } catch (cause) {
    const reason = loadingFailure(file, cause);
    if (reason === undefined) throw cause;
    throw new FlinkError('JOB_FILE_INVALID', `Job file "${file}" cannot be loaded: ${reason}`, { cause });
  }
}

/** Why a module could not be loaded; undefined when it was, and threw by itself. */
function loadingFailure(file: string, cause: unknown): string | undefined {
  const { code = '', stack = '' } = cause as { readonly code?: string; readonly stack?: string };
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(file)) {
    return (
      `Node ${process.version} does not run TypeScript. Compile it first (npx tsc ${basename(file)}) and give the .js file, ` +
      'or run it with Node 22.18 or newer.'
    );
  }
  if (
    /^ERR_(MODULE|UNKNOWN|UNSUPPORTED|PACKAGE|INVALID_(PACKAGE|MODULE|TYPESCRIPT)|REQUIRE|IMPORT|AMBIGUOUS)/.test(code)
  ) {
    return messageOf(cause);
  }
  // Thrown by Node's own loader: a file that does not parse. What the program's JSON.parse throws has other frames.
  const isThrownByLoader = /^(?!SyntaxError)|^SyntaxError[^\n]*\n\s+at \S+ \(node:internal\/modules\//.test(stack);
  if (cause instanceof SyntaxError && isThrownByLoader) return `${messageOf(cause)}${placeOf(file)}`;
  if (cause instanceof ReferenceError && /ES module scope/.test(cause.message)) return cause.message;
  return undefined;
}

/** Where the file does not parse: Node tells it on stderr only. Empty when the fault lies in a file that it imports. */
function placeOf(file: string): string {
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', env: {} });
  const [place] = /^.*:\d+$/m.exec(stderr) ?? [];
  return place === undefined ? '' : ` (${place})`;
}

function findMain(
  exports: ModuleExports,
  { entry, file }: LoadedProgram,
): ((args: readonly string[]) => unknown) | undefined {
  // A CommonJS module, as compilers make it, is the default export of its import.
  const commonJs = exports.default as ModuleExports | null | undefined;
  const isWrapped = typeof commonJs === 'object' && commonJs !== null;
  const name = entry ?? 'default';
  const main = isWrapped && (entry === undefined || exports[name] === undefined) ? commonJs[name] : exports[name];
  if (main === undefined) return undefined;
  if (typeof main !== 'function') {
    throw new FlinkError(
      'ENTRY_NOT_FOUND',
      `The given program class does not have a main(String[]) method: export "${name}" of "${file}" is no function.`,
    );
  }
  return main as (args: readonly string[]) => unknown;
}

/** In Flink's words, with the name of the export as the class. */
function entryNotFound(entry: string): FlinkError {
  return new FlinkError('ENTRY_NOT_FOUND', `The program's entry point class '${entry}' was not found in the jar file.`);
}

let isProvided = false;

/** Makes `flink-ts` this copy for what the job file imports. A hook costs about 30 ms, so only where it is needed. */
function provideFlinkTs(jobFile: string): void {
  if (isProvided) return;
  const own = new URL('../index.js', import.meta.url);
  if (!existsSync(own) || isSameFile(fileURLToPath(own), normalResolution(jobFile))) return;
  isProvided = true;
  register('./flink-ts-resolver.js', {
    parentURL: import.meta.url,
    data: { 'flink-ts': own.href, 'flink-ts/testing': new URL('../testing.js', import.meta.url).href },
  });
}

function normalResolution(jobFile: string): string | undefined {
  try {
    return createRequire(jobFile).resolve('flink-ts');
  } catch {
    return undefined;
  }
}

function isSameFile(a: string, b: string | undefined): boolean {
  return b !== undefined && realpathSync(a) === realpathSync(b);
}
