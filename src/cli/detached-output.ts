/**
 * Printing in the process that hosts a detached job: what belongs to the command that started it is handed to that
 * command; everything later goes to this process's own streams, which are the file `job.out`.
 */

import { type Output, ProcessOutput } from './output.js';

/** From the hosting process to the command that started it. @internal */
export type HostMessage =
  | { readonly type: 'text'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** The command may end, with this code; the host lives on. */
  | { readonly type: 'released'; readonly exitCode: number };

/** Environment variable of the process that hosts a detached job: the file that its streams go to. @internal */
export const DETACHED_HOST = 'FLINK_TS_DETACHED_HOST';

/** An output that hands text to the starting command until it is released. @internal */
export class DetachedOutput implements Output {
  readonly interactive = false;
  /** The file that this process's own streams are. */
  readonly file: string;
  readonly #own = new ProcessOutput();

  constructor(file: string) {
    this.file = file;
  }

  out(text: string): void {
    if (!this.#hand({ type: 'text', stream: 'stdout', text })) this.#own.out(text);
  }

  err(text: string): void {
    if (!this.#hand({ type: 'text', stream: 'stderr', text })) this.#own.err(text);
  }

  note(text: string): void {
    this.err(`${text}\n`);
  }

  progress(): void {}

  /** What the job itself prints: never to the command. */
  get ownOutput(): Output {
    return this.#own;
  }

  /** Lets the starting command end with this code; from here on text stays in this process. */
  async release(exitCode: number): Promise<void> {
    await new Promise<void>((resolve) => {
      if (!this.#hand({ type: 'released', exitCode }, resolve)) resolve();
    });
    if (process.connected) process.disconnect();
  }

  async end(exitCode: number): Promise<void> {
    await this.release(exitCode);
    await this.#own.end();
  }

  /** False: nobody is there to hand it to. */
  #hand(message: HostMessage, sent?: () => void): boolean {
    if (!process.connected || process.send === undefined) return false;
    process.send(message, undefined, undefined, () => sent?.());
    return true;
  }
}

/** The output of this process, by what it was started for. @internal */
export function createOutput(): Output {
  const file = process.env[DETACHED_HOST];
  // What the job starts itself is no host of a detached job.
  delete process.env[DETACHED_HOST];
  return file === undefined ? new ProcessOutput() : new DetachedOutput(file);
}
