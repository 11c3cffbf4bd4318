/**
 * The only place that prints. Results and argument errors go to stdout, failures and progress to stderr. Colour and
 * moving lines appear on stderr of a terminal only, never on stdout, whose text scripts read, and never under NO_COLOR.
 */

import { Chalk } from 'chalk';
import type { Ora } from 'ora';

/** Where a command prints. @internal */
export interface Output {
  /** Text on stdout, as it is. */
  out(text: string): void;
  /** Text on stderr, as it is. */
  err(text: string): void;
  /** A line on stderr for the person at the terminal: a hint or a warning. */
  note(text: string): void;
  /** Whether notes and progress are for a person: stderr is a terminal. */
  readonly interactive: boolean;
  /** Whether stdout is a terminal, so that tables may have lines. */
  readonly isTerminal?: boolean;
  /** Resolves when what was printed on stdout so far is written; false when its reader went away. */
  written?(): Promise<boolean>;
  /** Shows how far something is, in place of the text before; nothing where nobody watches. */
  progress(text: string | undefined): void;
  /** Resolves when everything is written; `exitCode` is what the command ends with. */
  end(exitCode: number): Promise<void>;
}

/** Columns that a moving line needs. */
const NARROWEST = 40;

/** Prints to the streams of this process. @internal */
export class ProcessOutput implements Output {
  readonly interactive: boolean;
  readonly isTerminal: boolean;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  readonly #coloured: boolean;
  readonly #chalk: InstanceType<typeof Chalk>;
  #spinner: Ora | undefined;
  #wanted: string | undefined;
  #loading = false;

  constructor(stdout = process.stdout, stderr = process.stderr, environment = process.env) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.interactive = stderr.isTTY === true;
    this.isTerminal = stdout.isTTY === true;
    this.#coloured = this.interactive && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb';
    this.#chalk = new Chalk({ level: this.#coloured ? 1 : 0 });
    // A reader that goes away (`| head`) ends nothing: the job or the command goes on without it.
    stdout.on('error', ignoreBrokenPipe);
    stderr.on('error', ignoreBrokenPipe);
  }

  out(text: string): void {
    this.#beside(() => this.#stdout.write(text));
  }

  err(text: string): void {
    this.#beside(() => this.#stderr.write(text));
  }

  async written(): Promise<boolean> {
    await drained(this.#stdout);
    return !this.#stdout.destroyed;
  }

  note(text: string): void {
    this.err(`${this.#chalk.yellow(text)}\n`);
  }

  progress(text: string | undefined): void {
    this.#wanted = text;
    // A terminal of no width (a recorder's) would have the spinner clear lines without end.
    if (!this.#coloured || (this.#stderr.columns ?? 0) < NARROWEST) return;
    if (text === undefined) {
      this.#spinner?.stop();
      this.#spinner = undefined;
    } else if (this.#spinner !== undefined) {
      this.#spinner.text = text;
    } else if (!this.#loading) {
      this.#loading = true;
      void this.#startSpinner();
    }
  }

  async end(_exitCode?: number): Promise<void> {
    this.progress(undefined);
    await Promise.all([drained(this.#stdout), drained(this.#stderr)]);
  }

  async #startSpinner(): Promise<void> {
    const { default: ora } = await import('ora');
    this.#loading = false;
    if (this.#wanted === undefined) return;
    this.#spinner = ora({ stream: this.#stderr, text: this.#wanted, discardStdin: false, hideCursor: true }).start();
  }

  /** Prints while no moving line is on the screen. */
  #beside(print: () => void): void {
    if (this.#spinner === undefined) return print();
    this.#spinner.clear();
    print();
    this.#spinner.render();
  }
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}
