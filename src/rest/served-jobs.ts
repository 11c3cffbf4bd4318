/** What a server needs to know of its jobs. */

import type { JobMaster } from '../coordinator/job-master.js';

/** The jobs that a server answers for. @internal */
export interface ServedJobs {
  all(): readonly JobMaster[];
  find(jobId: string): JobMaster | undefined;
  /** Directory for savepoints where no job is that has one configured. */
  readonly savepointDirectory?: string;
}
