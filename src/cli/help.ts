/**
 * The help, in the layout of Flink's: options sorted without regard to case, indented by 5, wrapped at 80 columns. What it
 * says about a verb comes from the table of verbs and options that dispatch reads too.
 */

import type { Command } from './commands.js';
import { type CliOption, optionKey } from './option.js';
import { DEFAULT_OPTIONS, GENERIC_OPTIONS } from './options.js';

const WIDTH = 80;
const LEFT_PAD = 5;
const GAP = 3;

/** The help of one verb, as `flink-ts <verb> -h` prints it. @internal */
export function commandHelp(command: Command): string {
  return `\n${commandBody(command)}\n`;
}

/** The help of all verbs. @internal */
export function fullHelp(commands: readonly Command[]): string {
  const bodies = commands.map(commandHelp).join('');
  return `flink-ts <ACTION> [OPTIONS] [ARGUMENTS]\n\nThe following actions are available:\n${bodies}\n`;
}

function commandBody(command: Command): string {
  const lines = [`Action "${command.name}" ${command.summary}`, '', `  Syntax: ${command.name} ${command.syntax}`];
  const own = command.listsOptions === false ? [] : visible(command.options);
  if (own.length > 0) {
    lines.push(`  "${command.name}" action options:`, ...optionLines(own));
  }
  if (command.listsCustomOptions !== 'none') {
    lines.push('  Options for Generic CLI mode:', ...optionLines(GENERIC_OPTIONS), '');
  }
  if (command.listsCustomOptions === 'all') {
    lines.push('  Options for default mode:', ...optionLines(DEFAULT_OPTIONS), '');
  }
  return `${lines.join('\n')}\n`;
}

function visible(options: readonly CliOption[]): readonly CliOption[] {
  return options.filter((option) => option.hidden !== true);
}

/** One block of options: heads in a column as wide as the longest, descriptions wrapped beside it. @internal */
export function optionLines(options: readonly CliOption[]): readonly string[] {
  const sorted = [...options].sort((a, b) => compareIgnoringCase(optionKey(a), optionKey(b)));
  const heads = sorted.map(optionHead);
  const column = Math.max(...heads.map((head) => head.length)) + GAP;
  return sorted.flatMap((option, i) => {
    const [first = '', ...rest] = wrap(option.description, WIDTH - column);
    return [(heads[i] ?? '').padEnd(column) + first, ...rest.map((line) => ' '.repeat(column) + line)];
  });
}

function optionHead(option: CliOption): string {
  const long = option.long === undefined ? '' : `--${option.long}`;
  const names =
    option.short === undefined ? `   ${long}` : [`-${option.short}`, ...(long === '' ? [] : [long])].join(',');
  return `${' '.repeat(LEFT_PAD)}${names}${option.arg === undefined ? '' : ` <${option.arg}>`}`;
}

function compareIgnoringCase(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left < right ? -1 : Number(left > right);
}

/** Breaks at the last blank that fits, or in the middle of a word that is longer than a line. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width);
    const end = blank > 0 ? blank : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trim();
  }
  return [...lines, rest];
}
