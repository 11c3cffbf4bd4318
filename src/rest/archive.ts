/**
 * What the REST API answered about a job, kept beside its journal once it has ended: `archive.json`, in the form that
 * Flink's history server reads (`{"archive":[{"path","json"}]}`).
 */

import { DurableFiles } from '../snapshot/durable-files.js';
import type { Operations } from './operations.js';
import { errorAnswer, type Route, route } from './router.js';

/** One answer: its path, and its body as JSON text. @internal */
export interface ArchivedAnswer {
  readonly path: string;
  readonly json: string;
}

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
  checkpoints: Operations,
): Promise<readonly ArchivedAnswer[]> {
  const triggered = checkpoints.entries().map(([id]) => `/jobs/${jobId}/checkpoints/${id}`);
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

/** The archived answer of a path; undefined when the archive has none. @internal */
export function findArchived(archiveText: string, path: string): unknown {
  const { archive } = JSON.parse(archiveText) as { readonly archive: readonly ArchivedAnswer[] };
  const found = archive.find((answer) => answer.path === path.replace(/^\/v1\//, '/'));
  return found === undefined ? undefined : (JSON.parse(found.json) as unknown);
}
