/**
 * The lock of a home directory: one process at a time changes snapshots outside of a live job. A lock names its process; one
 * whose process is gone is taken over.
 */

import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { FlinkError } from '../common/errors.js';
import { isCode } from './durable-files.js';
import { currentProcess, isProcessAlive, type ProcessIdentity } from './process-identity.js';

/** How long another process is waited for, and how often it is looked at; milliseconds. */
const PATIENCE_MS = 10_000;
const INTERVAL_MS = 50;

/**
 * Runs an action while no other process of the home holds the lock.
 *
 * @throws FlinkError `SNAPSHOT_IN_USE` when another process keeps it.
 * @internal
 */
export async function withLock<T>(file: string, action: () => Promise<T>): Promise<T> {
  const mark = `${JSON.stringify({ ...currentProcess(), id: randomUUID() })}\n`;
  const deadline = Date.now() + PATIENCE_MS;
  while (!tryLock(file, mark)) {
    const holder = readHolder(file);
    if (holder !== undefined && Date.now() > deadline) {
      throw new FlinkError('SNAPSHOT_IN_USE', `Process ${holder.pid} is changing snapshots of this home (${file}).`);
    }
    await delay(INTERVAL_MS);
  }
  try {
    return await action();
  } finally {
    if (textOf(file) === mark) unlinkSync(file);
  }
}

/** Makes the lock with its content in one step; takes that of a dead process away. */
function tryLock(file: string, mark: string): boolean {
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, mark, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    removeStale(file);
    return false;
  } finally {
    unlinkSync(draft);
  }
}

/** Another process may have been faster, and hold it by now: what was moved away is looked at once more. */
function removeStale(file: string): void {
  const before = textOf(file);
  const holder = readHolder(file);
  if (before === undefined || (holder !== undefined && isProcessAlive(holder))) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    if (textOf(aside) !== before) linkSync(aside, file);
    unlinkSync(aside);
  } catch (error) {
    if (!isCode(error, 'ENOENT') && !isCode(error, 'EEXIST')) throw error;
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    const value = JSON.parse(textOf(file) ?? '') as ProcessIdentity;
    return typeof value.pid === 'number' && typeof value.startTime === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
