/**
 * The entry of the command: finds the verb, runs it, prints what it threw in Flink's classes of failure, and sets the exit
 * code. No other file ends the process.
 */

import { CliBootstrapError, CliUsageError } from './cli-errors.js';
import { COMMANDS, type Command, OFFERED_ACTIONS } from './commands.js';
import { parseLine } from './commons-cli-parser.js';
import { loadSettings } from './configuration.js';
import { createOutput } from './detached-output.js';
import { printFailure } from './failure.js';
import { commandHelp, fullHelp } from './help.js';
import { CUSTOM_OPTIONS } from './options.js';
import type { Output } from './output.js';
import { printOwnFailure } from './own-failure.js';
import { packageVersion } from './version.js';

const HELP_WORDS = new Set(['-h', '--help']);
const VERSION_WORDS = new Set(['-v', '--version']);

async function main(argv: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = argv;
  const settings = await loadSettings(process.env);
  if (name === undefined) {
    output.out(`${fullHelp(COMMANDS)}Please specify an action.\n`);
    return 1;
  }
  // As in Flink, the options of the command lines are parsed before the verb is known: a mistake in them ends with 31.
  const bootstrapFailure = preParse(rest);
  if (bootstrapFailure !== undefined) throw bootstrapFailure;
  if (HELP_WORDS.has(name)) {
    output.out(fullHelp(COMMANDS));
    return 0;
  }
  if (VERSION_WORDS.has(name)) {
    output.out(`Version: ${packageVersion()}\n`);
    return 0;
  }
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) return refuse(name, output);
  return call(command, argv, output, settings);
}

async function call(
  command: Command,
  argv: readonly string[],
  output: Output,
  settings: Readonly<Record<string, string>>,
): Promise<number> {
  const line = parseLine([...command.options, ...CUSTOM_OPTIONS], argv.slice(1), command.mode);
  const verb = await command.load();
  const invocation = { line, argv, output, environment: process.env, settings, commands: COMMANDS };
  verb.validate?.(invocation);
  if (line.has('help')) {
    output.out(commandHelp(command));
    return 0;
  }
  if (command.own !== true) return verb.run(invocation);
  try {
    return await verb.run(invocation);
  } catch (thrown) {
    return printOwnFailure(thrown, output);
  }
}

function preParse(tokens: readonly string[]): Error | undefined {
  try {
    parseLine(CUSTOM_OPTIONS, tokens, 'stop');
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof CliUsageError)) throw thrown;
    return new CliBootstrapError(`org.apache.flink.client.cli.CliArgsException: ${thrown.message}`);
  }
}

function refuse(name: string, output: Output): number {
  output.out(
    `"${name}" is not a valid action.\n\nValid actions are ${OFFERED_ACTIONS}.\n\n` +
      'Specify the version option (-v or --version) to print Flink version.\n\n' +
      'Specify the help option (-h or --help) to get help on the command.\n',
  );
  const close = COMMANDS.find((command) => name.length > 1 && isClose(name.toLowerCase(), command.name));
  if (close !== undefined && output.interactive) output.note(`Did you mean "flink-ts ${close.name}"?`);
  return 1;
}

/** Whether one is the beginning of the other, or one letter was left out, added or mistyped. */
function isClose(word: string, name: string): boolean {
  if (name.startsWith(word) || word.startsWith(name)) return true;
  let same = 0;
  while (same < word.length && word[same] === name[same]) same++;
  const tails = [
    [word.slice(same + 1), name.slice(same)],
    [word.slice(same), name.slice(same + 1)],
    [word.slice(same + 1), name.slice(same + 1)],
  ];
  return tails.some(([left, right]) => left === right);
}

async function runToEnd(): Promise<void> {
  const output = createOutput();
  let exitCode: number;
  try {
    exitCode = await main(process.argv.slice(2), output);
  } catch (thrown) {
    exitCode = printFailure(thrown, output);
  }
  await output.end(exitCode);
  process.exit(exitCode);
}

await runToEnd();
