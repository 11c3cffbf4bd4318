/** Runs the real command, as a shell would, in a home directory of its own. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const BIN = join(REPOSITORY, 'bin/flink-ts');
export const JOBS = join(REPOSITORY, 'test/fixtures/jobs');

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  /** As a shell shows it: 128 + n for a signal. */
  readonly exit: number;
}

const SIGNALS: Record<string, number> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** A folder with a home for flink-ts in it; removed by `remove`. */
export class CliSandbox {
  readonly directory = mkdtempSync(join(tmpdir(), 'flink-ts-cli-'));
  readonly home = join(this.directory, 'home');

  constructor() {
    mkdirSync(join(this.home, 'conf'), { recursive: true });
  }

  /** Starts the command without waiting for it. */
  start(args: readonly string[], options: { readonly env?: Record<string, string>; readonly input?: string } = {}) {
    const { FLINK_CONF_DIR: _a, FLINK_TS_CONF_DIR: _b, NODE_OPTIONS: _c, ...environment } = process.env;
    return execa(process.execPath, [BIN, ...args], {
      cwd: this.directory,
      env: { ...environment, FLINK_TS_HOME: this.home, TZ: 'UTC', ...options.env },
      extendEnv: false,
      stripFinalNewline: false,
      reject: false,
      timeout: 60_000,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    });
  }

  async run(args: readonly string[], options: { readonly env?: Record<string, string>; readonly input?: string } = {}) {
    return toResult(await this.start(args, options));
  }

  /** Removes everything; job processes that are left are ended, by the ids that their journals name. */
  remove(): void {
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  read(...path: readonly string[]): string {
    const file = join(this.directory, ...path);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
}

/** The result of a started command. */
export function toResult(result: {
  stdout?: unknown;
  stderr?: unknown;
  exitCode?: number;
  signal?: string;
}): CliResult {
  const exit = result.exitCode ?? 128 + (SIGNALS[result.signal ?? ''] ?? 0);
  return { stdout: String(result.stdout ?? ''), stderr: String(result.stderr ?? ''), exit };
}

/** Waits until `condition` holds; the message of the failure shows the last state seen. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  describe: () => string,
  limitMs = 20_000,
) {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Still waiting after ${limitMs} ms: ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
