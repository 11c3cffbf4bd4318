/** Records of a job for the tests of the journal and the index. */

import type { JobId } from '../../src/common/ids.js';
import type { JournalEvent, JournalSnapshot } from '../../src/snapshot/journal-record.js';
import { currentProcess } from '../../src/snapshot/process-identity.js';

export const SUBMITTED: Extract<JournalEvent, { kind: 'submitted' }> = {
  kind: 'submitted',
  jobId: '0a'.repeat(16) as JobId,
  name: 'word count\n"2"',
  process: currentProcess(),
  jobFile: '/jobs/word-count.js',
  arguments: ['--password', '******'],
};

export function completedCheckpoint(checkpointId: number): JournalSnapshot {
  return {
    kind: 'checkpoint',
    checkpointId,
    path: `/ck/job/chk-${checkpointId}`,
    format: 'incremental',
    stateSize: 100,
    checkpointedSize: 10,
    triggerTime: checkpointId * 1000,
    durationMs: 3,
  };
}
