/**
 * The snapshot that a job is started with (`-s`): read, checked against the job, claimed when the mode says so, recorded.
 * Nothing of the snapshot is touched here. When anything fails, everything is as it was before.
 */

import { messageOf } from '../common/errors.js';
import { RESTORE_MODE_RULES } from '../snapshot/restore-mode.js';
import { filesOfSnapshot } from '../snapshot/snapshot-files.js';
import { type LoadedSnapshot, loadSnapshot } from '../snapshot/snapshot-pointer.js';
import type { CompletedCheckpoint } from './completed-checkpoints.js';
import type { JobMasterOptions } from './job-master-options.js';
import { restorePoint } from './restore-point.js';

/** A snapshot that the job begins from. @internal */
export interface InitialSnapshot {
  readonly loaded: LoadedSnapshot;
  /** Under CLAIM: it counts as the oldest checkpoint of the job. */
  readonly adopted: CompletedCheckpoint | undefined;
  /** The first checkpoint must not depend on it. */
  readonly forcesFullCheckpoint: boolean;
  /** Gives the claim back. */
  release(): Promise<void>;
}

/** Reads the snapshot of `-s`; undefined without one. @internal */
export async function readInitialSnapshot(options: JobMasterOptions): Promise<InitialSnapshot | undefined> {
  const { restore, jobGraph, journal, logger, jobId, claims } = options;
  if (restore === undefined) return undefined;
  const loaded = await loadSnapshot(restore.pointer);
  restorePoint(jobGraph, loaded, restore);
  const { metadata, directory, uri } = loaded;
  const isSavepoint = (metadata.trailer?.kind ?? metadata.properties?.kind) === 'savepoint';
  const rules = RESTORE_MODE_RULES[restore.mode];
  const { exclusive, shared } = filesOfSnapshot(metadata, directory);
  const claim = rules.ownsSnapshot ? await claims?.claim(directory, exclusive) : undefined;
  try {
    const { checkpointId } = metadata;
    await journal.append({ kind: 'restored', path: directory, checkpointId, mode: restore.mode, isSavepoint });
  } catch (error) {
    await claim?.release();
    throw error;
  }
  const lost = restore.allowNonRestoredState ? 'allowing non restored state' : 'all state must be restored';
  logger.info(`Starting job ${jobId} from savepoint ${uri} (${lost})`);
  const release = async (): Promise<void> => {
    await claim?.release().catch((error: unknown) => {
      logger.warn(`The claim of ${directory} could not be given back: ${messageOf(error)}`);
    });
  };
  const adopted: CompletedCheckpoint = {
    checkpointId: metadata.checkpointId,
    kind: 'checkpoint',
    isStop: false,
    timestamp: metadata.trailer?.time ?? 0,
    directory,
    metadata,
    sharedFiles: shared,
    isOwned: true,
    claimed: { files: exclusive, metadataFile: loaded.metadataFile, release },
  };
  return {
    loaded,
    adopted: rules.ownsSnapshot ? adopted : undefined,
    forcesFullCheckpoint: rules.forcesFullCheckpoint,
    release,
  };
}
