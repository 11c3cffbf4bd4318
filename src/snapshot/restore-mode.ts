/** Who owns the snapshot that a job is restored from, and so who deletes what of it. Flink calls it claim mode. */

import { FlinkError } from '../common/errors.js';

/** How a snapshot is restored, in Flink's spelling. */
export type RestoreMode = 'NO_CLAIM' | 'CLAIM' | 'LEGACY';

/** What a mode means. @internal */
export interface RestoreModeRules {
  /** The snapshot becomes one of the job's retained checkpoints, and is deleted when it is subsumed. */
  readonly ownsSnapshot: boolean;
  /** Later checkpoints may refer to files of the snapshot. */
  readonly mayReuseFiles: boolean;
  /** The first checkpoint must be full, so that the job stops depending on the snapshot. */
  readonly forcesFullCheckpoint: boolean;
}

/** The mode when none is given. @internal */
export const DEFAULT_RESTORE_MODE: RestoreMode = 'NO_CLAIM';

/** The rules of each mode. @internal */
export const RESTORE_MODE_RULES: Readonly<Record<RestoreMode, RestoreModeRules>> = {
  NO_CLAIM: { ownsSnapshot: false, mayReuseFiles: false, forcesFullCheckpoint: true },
  CLAIM: { ownsSnapshot: true, mayReuseFiles: true, forcesFullCheckpoint: false },
  LEGACY: { ownsSnapshot: false, mayReuseFiles: true, forcesFullCheckpoint: false },
};

/** Flink's order. */
const MODES: readonly RestoreMode[] = ['CLAIM', 'NO_CLAIM', 'LEGACY'];

/**
 * Reads a mode in any case.
 *
 * @throws FlinkError `CONFIG_INVALID` with Flink's text.
 * @internal
 */
export function parseRestoreMode(text: string): RestoreMode {
  const mode = MODES.find((name) => name === text.toUpperCase());
  if (mode === undefined) {
    throw new FlinkError(
      'CONFIG_INVALID',
      `Could not parse value for enum class org.apache.flink.core.execution.RestoreMode. Expected one of: [[${MODES.join(', ')}]]`,
    );
  }
  return mode;
}
