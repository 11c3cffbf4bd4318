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

/** See the file comment. @internal */
export const OWN_COMMANDS: readonly Command[] = [
  {
    name: 'state',
    summary: 'shows what a snapshot holds, without the job; also one that Flink wrote.',
    syntax: 'ls <path> | get <path> <uid> <state> --key <key> | dump <path> | diff <path> <path> [OPTIONS]',
    mode: 'interleaved',
    options: STATE_OPTIONS,
    listsCustomOptions: 'none',
    own: true,
    load: async () => (await import('./state/state.js')).stateVerb,
  },
  {
    name: 'snapshots',
    summary: 'lists, checks and deletes the snapshots of the home directory.',
    syntax: 'ls | show <path> | verify <path> | rm <path>... | gc --keep <n> | du | reindex [<directory>...] [OPTIONS]',
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
];
