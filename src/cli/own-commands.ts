/**
 * The verbs that Flink does not have, as rows of the table in `commands.ts`. Their options are read by the same parser, but
 * take no part in Flink's abbreviations, and every one of them prints JSON when asked.
 */

import type { Command } from './commands.js';
import type { CliOption } from './option.js';

const HELP: CliOption = { short: 'h', long: 'help', description: 'Show this help.', hidden: true };
const JSON_OUTPUT: CliOption = { long: 'json', description: 'Print the answer as JSON; the schema is in docs/cli.md.' };

const option = (long: string, arg: string, description: string): CliOption => ({ long, arg, description });

/** Options of `state`. */
const STATE_OPTIONS: readonly CliOption[] = [
  HELP,
  option('uid', 'uid', 'Only this operator: its uid, or its id in 32 hexadecimal digits.'),
  option('state', 'name', 'Only the state of this name.'),
  option('key', 'key', 'Of "get": the key. A text as it is, a number in digits, anything else as "dump" prints it.'),
  option('namespace', 'namespace', 'Of "get": only in this namespace, written as "dump" prints it.'),
  JSON_OUTPUT,
];

/** Options of `snapshots`. */
const SNAPSHOTS_OPTIONS: readonly CliOption[] = [
  HELP,
  option('job', 'name', 'Only snapshots of jobs with this name or id (ls, gc, du).'),
  { long: 'deep', description: 'Of "verify": decode every entry of the state, too.' },
  { long: 'force', description: 'Of "rm": delete also what a running job or another snapshot needs.' },
  option('keep', 'n', 'Of "gc": how many checkpoints of each job name stay.'),
  { long: 'dry-run', description: 'Of "gc": only say what would be deleted.' },
  JSON_OUTPUT,
];

/** Options of `serve`. */
const SERVE_OPTIONS: readonly CliOption[] = [
  HELP,
  option('port', 'port', 'Port on loopback; 0 takes any free one. Without it that of rest.port, else 8081.'),
];

/** Options of `check`; words behind `--` are arguments of the program. */
const CHECK_OPTIONS: readonly CliOption[] = [
  HELP,
  {
    short: 's',
    ...option('fromSavepoint', 'path', 'The snapshot; also latest, latest:<job name>, or a number of "snapshots ls".'),
  },
  { short: 'c', ...option('class', 'name', 'The export of the job file to call instead of the default one.') },
  { short: 'p', ...option('parallelism', 'n', 'The parallelism of the program, where it sets none itself.') },
  {
    short: 'n',
    long: 'allowNonRestoredState',
    description: 'State that no operator takes is no reason for exit code 10.',
  },
  JSON_OUTPUT,
];

/** Options of `wait`. */
const WAIT_OPTIONS: readonly CliOption[] = [
  HELP,
  option(
    'for',
    'status',
    'The status to wait for, such as running or finished; several with commas. By default any end.',
  ),
  option('timeout', 'seconds', 'How long to wait; without it, as long as it takes.'),
  JSON_OUTPUT,
];

/** See the file comment. @internal */
export const OWN_COMMANDS: readonly Command[] = [
  {
    name: 'state',
    summary: 'shows what a snapshot holds, without the job; also one that Flink wrote.',
    syntax: 'ls|get|dump|diff <path> [<uid> <state> | <path>] [OPTIONS]',
    mode: 'interleaved',
    options: STATE_OPTIONS,
    listsCustomOptions: 'none',
    own: true,
    load: async () => (await import('./state/state.js')).stateVerb,
  },
  {
    name: 'snapshots',
    summary: 'lists, checks and deletes the snapshots of the home directory.',
    syntax: 'ls|show|verify|rm|gc|du|reindex [<path>...] [OPTIONS]',
    mode: 'interleaved',
    options: SNAPSHOTS_OPTIONS,
    listsCustomOptions: 'none',
    own: true,
    load: async () => (await import('./snapshots/snapshots.js')).snapshotsVerb,
  },
  {
    name: 'serve',
    summary: "answers Flink's REST API for all jobs of the home directory.",
    syntax: '[--port <port>]',
    mode: 'interleaved',
    options: SERVE_OPTIONS,
    listsCustomOptions: 'none',
    own: true,
    load: async () => (await import('./serve.js')).serveVerb,
  },
  {
    name: 'check',
    summary: 'says what a program would restore from a snapshot; runs nothing.',
    syntax: '<job-file> -s <path> [OPTIONS] [-- <arguments>]',
    mode: 'interleaved',
    options: CHECK_OPTIONS,
    listsCustomOptions: 'none',
    own: true,
    load: async () => (await import('./check.js')).checkVerb,
  },
  {
    name: 'wait',
    summary: 'waits until a job is in a status, or a triggered savepoint is done.',
    syntax: '<job, or trigger id> [--for <status>] [OPTIONS]',
    mode: 'interleaved',
    options: WAIT_OPTIONS,
    listsCustomOptions: 'none',
    own: true,
    load: async () => (await import('./wait.js')).waitVerb,
  },
  {
    name: 'doctor',
    summary: 'looks whether this machine and the home directory are in order.',
    syntax: '[--json]',
    mode: 'interleaved',
    options: [HELP, JSON_OUTPUT],
    listsCustomOptions: 'none',
    own: true,
    load: async () => (await import('./doctor.js')).doctorVerb,
  },
  {
    name: 'completion',
    summary: 'prints a script that completes verbs and options in a shell.',
    syntax: 'bash | zsh | fish',
    mode: 'interleaved',
    options: [HELP, JSON_OUTPUT],
    listsCustomOptions: 'none',
    own: true,
    load: async () => (await import('./completion.js')).completionVerb,
  },
];
