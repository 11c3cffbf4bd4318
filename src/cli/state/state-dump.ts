/** `state dump`: everything that a snapshot holds, one JSON object a line. */

import type { Invocation } from '../commands.js';
import { lineText, openContents, printAll, reportUnread } from './open-contents.js';

/** The action. @internal */
export async function dumpState({ line, output }: Invocation, [path = '']: readonly string[]): Promise<number> {
  const { contents, operators } = await openContents(path, line.value('uid'));
  const state = line.value('state');
  const lines = contents.lines({ ...(operators && { operators }), ...(state !== undefined && { state }) });
  function* texts() {
    for (const each of lines) yield lineText(each);
  }
  await printAll(output, texts());
  return reportUnread(output, contents);
}
