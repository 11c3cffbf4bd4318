/**
 * The table of verbs: what each is called, says, accepts and does. Help and dispatch both read it. A verb's code is
 * loaded only when it is called, so that `list` never loads the engine.
 */

import type { ParsedLine, ParseMode } from './commons-cli-parser.js';
import type { CliOption } from './option.js';
import {
  CANCEL_OPTIONS,
  CHECKPOINT_OPTIONS,
  INFO_OPTIONS,
  LIST_OPTIONS,
  RUN_OPTIONS,
  SAVEPOINT_OPTIONS,
  STOP_OPTIONS,
} from './options.js';
import type { Output } from './output.js';
import { OWN_COMMANDS } from './own-commands.js';

/** One call of a verb: what was given, and where it prints. @internal */
export interface Invocation {
  readonly line: ParsedLine;
  /** All words of the call, the verb first. */
  readonly argv: readonly string[];
  readonly output: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Settings of config.yaml. */
  readonly settings: Readonly<Record<string, string>>;
  /** The whole table, for verbs that speak of the others. */
  readonly commands: readonly Command[];
}

/** The code of a verb. @internal */
export interface Verb {
  /** What is checked before `-h` is looked at; throws what is wrong. */
  validate?(invocation: Invocation): void;
  /** Does it; returns the exit code. */
  run(invocation: Invocation): Promise<number>;
}

/** A row of the table. @internal */
export interface Command {
  readonly name: string;
  /** Follows `Action "<name>"` in the help. */
  readonly summary: string;
  /** Follows the name in the syntax line. */
  readonly syntax: string;
  readonly mode: ParseMode;
  readonly options: readonly CliOption[];
  /** False: the help shows none of its own options. */
  readonly listsOptions?: boolean;
  /** Which of the options of Flink's command lines (generic, default) the help shows. */
  readonly listsCustomOptions: 'none' | 'generic' | 'all';
  /** A verb that Flink does not have: its failures are printed as message and remedy, without Flink's header. */
  readonly own?: true;
  load(): Promise<Verb>;
}

const PROGRAM_SYNTAX = '[OPTIONS] <jar-file> <arguments>';

/** All verbs, in the order of the help. @internal */
export const COMMANDS: readonly Command[] = [
  {
    name: 'run',
    summary: 'compiles and runs a program.',
    syntax: PROGRAM_SYNTAX,
    mode: 'stop',
    options: RUN_OPTIONS,
    listsCustomOptions: 'all',
    load: async () => (await import('./run.js')).runVerb,
  },
  {
    name: 'run-application',
    summary: 'runs an application in Application Mode.',
    syntax: PROGRAM_SYNTAX,
    mode: 'stop',
    options: RUN_OPTIONS,
    listsOptions: false,
    listsCustomOptions: 'generic',
    load: async () => (await import('./run-application.js')).runApplicationVerb,
  },
  {
    name: 'info',
    summary: 'shows the optimized execution plan of the program (JSON).',
    syntax: PROGRAM_SYNTAX,
    mode: 'stop',
    options: INFO_OPTIONS,
    listsCustomOptions: 'none',
    load: async () => (await import('./info.js')).infoVerb,
  },
  {
    name: 'list',
    summary: 'lists running and scheduled programs.',
    syntax: '[OPTIONS]',
    mode: 'interleaved',
    options: LIST_OPTIONS,
    listsCustomOptions: 'all',
    load: async () => (await import('./list.js')).listVerb,
  },
  {
    name: 'stop',
    summary: 'stops a running program with a savepoint (streaming jobs only).',
    syntax: '[OPTIONS] <Job ID>',
    mode: 'interleaved',
    options: STOP_OPTIONS,
    listsCustomOptions: 'all',
    load: async () => (await import('./stop.js')).stopVerb,
  },
  {
    name: 'cancel',
    summary: 'cancels a running program.',
    syntax: '[OPTIONS] <Job ID>',
    mode: 'interleaved',
    options: CANCEL_OPTIONS,
    listsCustomOptions: 'all',
    load: async () => (await import('./cancel.js')).cancelVerb,
  },
  {
    name: 'savepoint',
    summary: 'triggers savepoints for a running job or disposes existing ones.',
    syntax: '[OPTIONS] <Job ID> [<target directory>]',
    mode: 'interleaved',
    options: SAVEPOINT_OPTIONS,
    listsCustomOptions: 'all',
    load: async () => (await import('./savepoint.js')).savepointVerb,
  },
  {
    name: 'checkpoint',
    summary: 'triggers checkpoints for a running job.',
    syntax: '[OPTIONS] <Job ID>',
    mode: 'interleaved',
    options: CHECKPOINT_OPTIONS,
    listsCustomOptions: 'all',
    load: async () => (await import('./checkpoint.js')).checkpointVerb,
  },
  ...OWN_COMMANDS,
];

/** What the message about an unknown verb offers. `checkpoint` is missing there, as in Flink. @internal */
export const OFFERED_ACTIONS = '"run", "run-application", "list", "info", "savepoint", "stop", or "cancel"';
