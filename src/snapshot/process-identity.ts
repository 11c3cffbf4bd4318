/**
 * Which process wrote a journal: its id, and when it started, since ids are used again. A job whose journal has no end
 * and whose process is gone has died.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, distinct from a later one with the same id. @internal */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: boot id and start tick on Linux, the start time that `ps` prints elsewhere; empty = unknown. */
  readonly startTime: string;
}

/** This process. @internal */
export function currentProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
}

/** Whether the process still runs. @internal */
export function isProcessAlive(identity: ProcessIdentity): boolean {
  if (!isPidInUse(identity.pid)) return false;
  const startTime = startTimeOf(identity.pid);
  return startTime === null
    ? process.platform !== 'linux'
    : identity.startTime === '' || startTime === identity.startTime;
}

function isPidInUse(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started; null when there is none, or it cannot be told. A zombie counts as ended. */
function startTimeOf(pid: number): string | null {
  if (process.platform !== 'linux') return startTimeByPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold anything; the fields behind it begin with the state (the third).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return `${bootId()}/${fields[19]}`;
  } catch {
    return null;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

function startTimeByPs(pid: number): string | null {
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const text = stdout?.trim() ?? '';
  return text === '' ? null : text;
}
