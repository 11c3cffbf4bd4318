/** Checks and sets what an author may say about an operator or a sink; the errors name the operator. */

import { FlinkError } from '../common/errors.js';
import { operatorIdFromHex } from '../common/ids.js';
import { MAX_PARALLELISM_LIMIT } from '../graph/graph-settings.js';
import type { PhysicalDraft } from './program-builder.js';

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function setUid(draft: PhysicalDraft, uid: string): void {
  if (typeof uid !== 'string')
    throw new FlinkError('GRAPH_INVALID', `The uid of operator ${nameOf(draft)} must be a string.`);
  draft.settings.uid = uid;
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function setUidHash(draft: PhysicalDraft, uidHash: string): void {
  if (typeof uidHash !== 'string' || !/^[0-9A-Fa-f]{32}$/.test(uidHash)) {
    throw new FlinkError(
      'UID_HASH_INVALID',
      `Node hash must be a 32 character String that describes a hex code. Found: ${uidHash} for operator ${nameOf(draft)}.`,
    );
  }
  draft.settings.uidHash = operatorIdFromHex(uidHash);
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function setName(draft: PhysicalDraft, name: string): void {
  if (typeof name !== 'string')
    throw new FlinkError('GRAPH_INVALID', `The name of operator ${nameOf(draft)} must be a string.`);
  draft.settings.name = name;
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function setDescription(draft: PhysicalDraft, description: string): void {
  draft.settings.description = String(description);
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function setParallelism(draft: PhysicalDraft, parallelism: number): void {
  checkParallelism(parallelism, `operator ${nameOf(draft)}`);
  if (draft.settings.parallelismFixed === true && parallelism !== draft.settings.parallelism) {
    throw new FlinkError(
      'GRAPH_INVALID',
      `The parallelism of non parallel operator ${nameOf(draft)} must be 1, not ${parallelism}.`,
    );
  }
  draft.settings.parallelism = parallelism;
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function forceNonParallel(draft: PhysicalDraft): void {
  draft.settings.parallelism = 1;
  draft.settings.maxParallelism = 1;
  draft.settings.parallelismFixed = true;
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function setMaxParallelism(draft: PhysicalDraft, maxParallelism: number): void {
  checkMaxParallelism(maxParallelism, `operator ${nameOf(draft)}`);
  draft.settings.maxParallelism = maxParallelism;
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function setBufferTimeout(draft: PhysicalDraft, timeoutMs: number): void {
  checkBufferTimeout(timeoutMs);
  draft.settings.bufferTimeout = timeoutMs;
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function checkParallelism(parallelism: number, owner: string): void {
  if (!Number.isInteger(parallelism) || parallelism < 1) {
    throw new FlinkError(
      'GRAPH_INVALID',
      `The parallelism of ${owner} must be at least 1, and whole; it is ${parallelism}.`,
    );
  }
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function checkMaxParallelism(maxParallelism: number, owner: string): void {
  if (!Number.isInteger(maxParallelism) || maxParallelism < 1 || maxParallelism > MAX_PARALLELISM_LIMIT) {
    throw new FlinkError(
      'GRAPH_INVALID',
      `The maximum parallelism of ${owner} is out of bounds 0 < maxParallelism <= ${MAX_PARALLELISM_LIMIT}. Found: ${maxParallelism}.`,
    );
  }
}

/** See `SingleOutputStreamOperator` and `StreamExecutionEnvironment`. @internal */
export function checkBufferTimeout(timeoutMs: number): void {
  if (!(timeoutMs >= -1)) {
    throw new FlinkError(
      'GRAPH_INVALID',
      `The buffer timeout must be -1, 0 or a number of milliseconds, not ${timeoutMs}.`,
    );
  }
}

function nameOf(draft: PhysicalDraft): string {
  return `"${draft.settings.name}"`;
}
