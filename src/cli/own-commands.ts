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
];
