/**
 * What the REST API answered about a job, kept beside its journal once it has ended: `archive.json`, in the form that
 * Flink's history server reads (`{"archive":[{"path","json"}]}`).
 */

import { DurableFiles } from '../snapshot/durable-files.js';
import type { ArchivedAnswer } from './archived-answer.js';
import type { Operations } from './operations.js';
import { errorAnswer, type Route, route } from './router.js';

const PATHS = [
  '',
  '/status',
  '/execution-result',
  '/plan',
  '/config',
  '/exceptions',
  '/accumulators',
  '/checkpoints',
  '/checkpoints/config',
];

/** The answers about an ended job, results of triggered operations too. @internal */
export async function archiveAnswers(
  jobId: string,
  routes: readonly Route[],
  operations: Operations,
): Promise<readonly ArchivedAnswer[]> {
  // A client that polls `stop` finds its result here.
  await operations.settled();
  const triggered = operations.entries().map(([path]) => path);
  const paths = ['/jobs/overview', ...PATHS.map((path) => `/jobs/${jobId}${path}`), ...triggered];
  const answers: ArchivedAnswer[] = [];
  for (const path of paths) {
    const answer = await route(routes, 'GET', path, '').catch(errorAnswer);
    if (answer.status === 200) answers.push({ path, json: JSON.stringify(answer.body) });
  }
  return answers;
}

/** Writes the archive; durable when it resolves. @internal */
export async function writeArchive(file: string, answers: readonly ArchivedAnswer[]): Promise<void> {
  await new DurableFiles().replaceFile(file, Buffer.from(JSON.stringify({ archive: answers }), 'utf8'));
}
