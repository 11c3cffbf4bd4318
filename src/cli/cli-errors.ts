/**
 * The ways in which a call of the command line fails, as `bin/flink` tells them apart: each has its stream, its header and
 * its exit code. `main.ts` prints them; nobody else does.
 */

/**
 * A wrong call (class A): printed on stdout with a pointer to the help, exit code 1.
 *
 * @internal
 */
export class CliUsageError extends Error {
  override readonly name: string = 'CliUsageError';
  /** A hint for a person at a terminal; absent where the message says it all. */
  readonly remedy: string | undefined;
  /** A line for stderr in any case. */
  readonly detail: string | undefined;

  constructor(
    message: string,
    options?: { readonly cause?: unknown; readonly remedy?: string; readonly detail?: string },
  ) {
    super(message, options);
    this.remedy = options?.remedy;
    this.detail = options?.detail;
  }
}

/** One line of the chain that class E prints: a class that scripts know, and a message. @internal */
export interface ChainLink {
  readonly className: string;
  readonly message?: string;
  /** Stack lines of a user's own exception, without the leading blanks. */
  readonly frames?: readonly string[];
}

/**
 * A failure at run time (class E): a dashed header and a chain of causes on stderr, then the remedy; exit code 1. Class
 * names are those of Flink where scripts read them.
 *
 * @internal
 */
export class CliProgramError extends Error {
  override readonly name: string = 'CliProgramError';
  readonly chain: readonly ChainLink[];
  readonly remedy: string | undefined;
  readonly exitCode: number;

  constructor(
    chain: readonly ChainLink[],
    options?: { readonly cause?: unknown; readonly remedy?: string | undefined; readonly exitCode?: number },
  ) {
    super(chain[0]?.message ?? '', options);
    this.chain = chain;
    this.remedy = options?.remedy;
    this.exitCode = options?.exitCode ?? 1;
  }
}

/** Something that fails before any verb begins: one line on stderr, exit code 31. @internal */
export class CliBootstrapError extends Error {
  override readonly name: string = 'CliBootstrapError';
}

/** Ends the command with a code of its own and prints nothing (`process.exit(n)` in the program, a signal). @internal */
export class CliExit extends Error {
  override readonly name: string = 'CliExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}
