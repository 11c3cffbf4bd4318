/**
 * Names of part files. A part is written under a hidden name and gets its visible one when it is committed; the visible
 * name follows from the hidden one, so that state can never make a commit touch any other file.
 *
 *   .part-<subtask>-<uid>-<counter><suffix>.inprogress.<job id>-<attempt>-<process id>
 */

import { join } from 'node:path';

/** Who writes a part: one attempt of a job, in one process. @internal */
export interface PartOwner {
  readonly jobId: string;
  readonly attempt: number;
  readonly processId: number;
}

/** A part that is not visible yet. @internal */
export interface HiddenPart {
  /** Absolute. */
  readonly directory: string;
  /** The visible name. */
  readonly name: string;
  /** The end of the hidden name. */
  readonly owner: string;
  /** Bytes that count. */
  readonly length: number;
}

const MARK = '.inprogress.';
const HIDDEN_NAME = /^\.(.+)\.inprogress\.([^-]+)-(\d+)-(\d+)$/;
const PART_NUMBERS = /^.*?-(\d+)-[0-9a-f]{16}-(\d+)/;

/** The end of the hidden names of this owner. @internal */
export function ownerTag(owner: PartOwner): string {
  return `${owner.jobId}-${owner.attempt}-${owner.processId}`;
}

/** Where a part lies until it is committed. @internal */
export function hiddenPath(part: Pick<HiddenPart, 'directory' | 'name' | 'owner'>): string {
  return join(part.directory, `.${part.name}${MARK}${part.owner}`);
}

/** Where a part lies once it is committed. @internal */
export function visiblePath(part: Pick<HiddenPart, 'directory' | 'name'>): string {
  return join(part.directory, part.name);
}

/** What a hidden name says; undefined when it is none. @internal */
export function parseHiddenName(
  fileName: string,
): (PartOwner & { readonly subtask: number; readonly counter: number }) | undefined {
  const hidden = HIDDEN_NAME.exec(fileName);
  const numbers = hidden === null ? null : PART_NUMBERS.exec(hidden[1] as string);
  if (hidden === null || numbers === null) return undefined;
  return {
    jobId: hidden[2] as string,
    attempt: Number(hidden[3]),
    processId: Number(hidden[4]),
    subtask: Number(numbers[1]),
    counter: Number(numbers[2]),
  };
}
