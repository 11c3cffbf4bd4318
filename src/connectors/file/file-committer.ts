/**
 * Makes parts visible: one rename each, then the directories are synced. A part whose hidden file is gone was committed
 * before, whether or not somebody has taken the visible file away since.
 */

import { rename, stat } from 'node:fs/promises';
import type { CommitRequest, Committer } from '../../api/connector.js';
import { FlinkError, messageOf } from '../../common/errors.js';
import { syncDirectories } from './directories.js';
import { type HiddenPart, hiddenPath, visiblePath } from './part-name.js';

/** Commits the parts of a file sink. @internal */
export class FileCommitter implements Committer<HiddenPart> {
  async commit(requests: readonly CommitRequest<HiddenPart>[]): Promise<void> {
    const changed = new Set<string>();
    for (const request of requests) {
      if (await publish(request.committable)) changed.add(request.committable.directory);
      else request.signalAlreadyCommitted();
    }
    await syncDirectories(changed);
  }

  close(): void {}
}

/** False when the part was published before. */
async function publish(part: HiddenPart): Promise<boolean> {
  const path = hiddenPath(part);
  try {
    const { size } = await stat(path);
    if (size !== part.length) throw new Error(`it has ${size} bytes where ${part.length} were written`);
    await rename(path, visiblePath(part));
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new FlinkError('CONNECTOR_FAILED', `The part file "${path}" cannot be committed: ${messageOf(cause)}`, {
      cause,
    });
  }
}
