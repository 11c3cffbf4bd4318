/** What a file sink keeps in snapshots: the parts of each writer that go on, and those that are to be committed. */

import type { SimpleVersionedSerializer } from '../../api/connector.js';
import { type StateFormat, stateSerializer } from '../binary-format.js';
import type { HiddenPart, PartOwner } from './part-name.js';

/** One writer at a checkpoint. Each writer has exactly one, also without parts: it says which files are leftovers. @internal */
export interface FileWriterState extends PartOwner {
  readonly subtask: number;
  /** Absolute directory of the sink. */
  readonly directory: string;
  /** Parts of this writer from this number on were begun after the checkpoint. */
  readonly nextCounter: number;
  /** Parts that go on, with the length that the checkpoint covers. */
  readonly parts: readonly HiddenPart[];
}

const PART_FORMAT: StateFormat<HiddenPart> = {
  what: 'part file',
  version: 1,
  write(part, out) {
    out.text(part.directory);
    out.text(part.name);
    out.text(part.owner);
    out.long(part.length);
  },
  read(input) {
    const part = { directory: input.text(), name: input.text(), owner: input.text(), length: input.long() };
    const hasName = part.name !== '' && !/[/\0]/.test(part.name) && !/[/\0]/.test(part.owner);
    if (!hasName || part.length < 0 || !part.directory.startsWith('/')) {
      throw input.corrupt(`"${part.name}" in "${part.directory}" is no part`);
    }
    return part;
  },
};

/** Bytes of a part that is to be committed. @internal */
export const committableSerializer: SimpleVersionedSerializer<HiddenPart> = stateSerializer(PART_FORMAT);

/** Bytes of a writer's state. @internal */
export const writerStateSerializer: SimpleVersionedSerializer<FileWriterState> = stateSerializer({
  what: 'state of a file writer',
  version: 1,
  write(state, out) {
    out.text(state.jobId);
    out.int(state.attempt);
    out.int(state.processId);
    out.int(state.subtask);
    out.text(state.directory);
    out.long(state.nextCounter);
    out.int(state.parts.length);
    for (const part of state.parts) PART_FORMAT.write(part, out);
  },
  read(input) {
    const [jobId, attempt, processId, subtask] = [input.text(), input.int(), input.int(), input.int()];
    const [directory, nextCounter] = [input.text(), input.long()];
    const parts: HiddenPart[] = [];
    for (let left = input.count(20); left > 0; left--) parts.push(PART_FORMAT.read(input));
    return { jobId, attempt, processId, subtask, directory, nextCounter, parts };
  },
});
