/** Reads `config.yaml`: nested and flat keys, every scalar taken as the text that stands in the file. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FlinkError, messageOf } from './errors.js';

/** The file's name in the configuration directory. @internal */
export const CONFIG_FILE_NAME = 'config.yaml';

/**
 * The settings of `config.yaml` in a directory; none when there is no such file.
 *
 * @throws FlinkError `CONFIG_INVALID` when the file is there but cannot be read.
 * @internal
 */
export async function readConfigFile(directory: string): Promise<Record<string, string>> {
  const file = join(directory, CONFIG_FILE_NAME);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new FlinkError('CONFIG_INVALID', `Cannot read the configuration file "${file}": ${messageOf(cause)}`, {
      cause,
    });
  }
  return parseConfigFile(text, file);
}

/** The settings of a YAML text; `file` is named in errors. @internal */
export async function parseConfigFile(text: string, file: string): Promise<Record<string, string>> {
  if (/^\s*$/.test(text.replace(/^\s*#.*$/gm, ''))) return {};
  const { parse } = await import('yaml');
  let root: unknown;
  try {
    // The failsafe schema leaves scalars as they are written: `010`, `1e3` and `true` stay texts.
    root = parse(text, { schema: 'failsafe', prettyErrors: true });
  } catch (cause) {
    throw new FlinkError('CONFIG_INVALID', `The configuration file "${file}" is no valid YAML: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (root === null || root === '') return {};
  if (typeof root !== 'object' || Array.isArray(root)) {
    throw new FlinkError('CONFIG_INVALID', `The configuration file "${file}" holds no keys.`);
  }
  const settings = new Map<string, string>();
  flatten('', root as Record<string, unknown>, settings);
  return Object.fromEntries(settings);
}

function flatten(prefix: string, node: Record<string, unknown>, into: Map<string, string>): void {
  for (const [key, value] of Object.entries(node)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (value === null || value === '' || value === '~' || value === 'null') continue;
    if (Array.isArray(value)) into.set(path, value.map(String).join(';'));
    else if (typeof value === 'object') flatten(path, value as Record<string, unknown>, into);
    else into.set(path, String(value));
  }
}
