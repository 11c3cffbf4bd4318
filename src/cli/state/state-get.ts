/** `state get`: what a snapshot holds under one key. */

import { textOfKey } from '../../snapshot/contents/plain-value.js';
import type { ContentLine } from '../../snapshot/contents/snapshot-contents.js';
import { CliUsageError } from '../cli-errors.js';
import type { Invocation } from '../commands.js';
import { DIFFERENT, lineText, openContents, reportUnread } from './open-contents.js';

/** The action. @internal */
export async function getState(invocation: Invocation, words: readonly string[]): Promise<number> {
  const { line, output } = invocation;
  const [path = '', uid = '', state = ''] = words;
  const key = line.value('key');
  if (key === undefined) throw new CliUsageError('Which key? Give it with --key.', { remedy: KEY_HELP });
  const { contents, operators } = await openContents(path, uid);
  const matches = matcher(key, line.value('namespace'));
  const found: ContentLine[] = [];
  for (const each of contents.lines({ ...(operators && { operators }), state })) if (matches(each)) found.push(each);
  if (line.has('json')) output.out(`${JSON.stringify({ entries: found }, null, 2)}\n`);
  else output.out(found.map(lineText).join(''));
  const exitCode = reportUnread(output, contents);
  if (found.length > 0 || exitCode !== 0) return exitCode;
  output.err(`State "${state}" of "${uid}" has nothing under the key ${key}.\n`);
  return DIFFERENT;
}

const KEY_HELP = 'A text as it is, a number in decimal digits, anything else as "state dump" prints it.';

/** Compares by text, or as JSON, so that blanks in a composite key do not matter. */
function matcher(key: string, namespace: string | undefined): (line: ContentLine) => boolean {
  const isWanted = (text: string) => {
    const asJson = canonical(text);
    return (value: Parameters<typeof textOfKey>[0]) => textOfKey(value) === text || JSON.stringify(value) === asJson;
  };
  const isKey = isWanted(key);
  const isNamespace = namespace === undefined ? () => true : isWanted(namespace);
  return (line) => 'key' in line && isKey(line.key) && (!('namespace' in line) || isNamespace(line.namespace));
}

function canonical(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}
