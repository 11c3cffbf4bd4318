/**
 * Tables: with lines on a terminal, and in a pipe plain columns, aligned, with two blanks between them and nothing else,
 * so that `awk` and `cut` read them.
 */

import type { Output } from './output.js';

/** A table to print. @internal */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of numbers, which are aligned to the right. */
  readonly right?: readonly number[];
}

/** Prints a table on stdout. @internal */
export async function printTable(output: Output, table: Table): Promise<void> {
  if (output.isTerminal !== true) {
    output.out(plainTable(table));
    return;
  }
  const { default: CliTable } = await import('cli-table3');
  const colAligns = table.head.map((_, i) => (table.right?.includes(i) ? 'right' : 'left') as 'right' | 'left');
  const drawn = new CliTable({ head: [...table.head], colAligns, style: { head: [], border: [], compact: true } });
  drawn.push(...table.rows.map((row) => row.map(oneLine)));
  output.out(`${drawn.toString()}\n`);
}

/** The rows of a table in aligned columns. @internal */
export function plainTable({ head, rows, right = [] }: Table): string {
  const lines = [head, ...rows.map((row) => row.map(oneLine))];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}

/** Names come from files: a line break or an escape sequence in one must not draw on the terminal. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** Bytes for people: `12.3 KiB`. @internal */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** A time for people, to the second, in UTC. @internal */
export function timeText(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().replace(/\.\d+Z$/, 'Z') : '-';
}
