/**
 * Turns an acknowledged checkpoint into a completed one, and deletes what is not needed any more. The order is fixed, so
 * that a crash between two steps loses nothing: `_metadata` (durable), the journal's "completed" (synced), then whoever
 * is told; the journal's "subsumed" (synced), then the deletions.
 */

import { sep } from 'node:path';
import { messageOf } from '../common/errors.js';
import type { Logger } from '../common/logger.js';
import type { JobGraph } from '../graph/job-graph.js';
import { DurableFiles } from '../snapshot/durable-files.js';
import type { JournalEvent } from '../snapshot/journal-record.js';
import type { MetadataTrailer, OperatorDescription, SnapshotReference } from '../snapshot/metadata-trailer.js';
import { SharedStateRegistry } from '../snapshot/shared-state-registry.js';
import { deleteSnapshot, type SnapshotLocation } from '../snapshot/snapshot-directory.js';
import {
  describeFiles,
  filesOfSnapshot,
  pathOfStream,
  sizeOfStream,
  streamsOfSnapshot,
  streamsOfSubtask,
} from '../snapshot/snapshot-files.js';
import { encodeMetadata, type OperatorState, type SnapshotMetadata } from '../snapshot/snapshot-metadata.js';
import type { OperatorSubtaskState } from '../snapshot/state-handle.js';
import type { CompletedCheckpoint, CompletedCheckpoints } from './completed-checkpoints.js';
import type { PendingCheckpoint } from './pending-checkpoint.js';

/** The directories of a job's snapshots; `SnapshotDirectory` is one. @internal */
export interface CheckpointStorage {
  prepareJob(): Promise<void>;
  prepareCheckpoint(checkpointId: number): Promise<SnapshotLocation>;
  prepareSavepoint(targetDirectory: string): Promise<SnapshotLocation>;
  publish(location: SnapshotLocation, metadata: Uint8Array): Promise<void>;
  discard(location: SnapshotLocation): Promise<void>;
  deleteCheckpoint(directory: string, sharedFiles?: readonly string[]): Promise<void>;
  readonly sharedDirectory: string;
}

/** The journal of the job; durable when `append` resolves. @internal */
export interface EventJournal {
  append(event: JournalEvent): Promise<void>;
}

/** What a publisher works with. @internal */
export interface PublisherOptions {
  readonly graph: JobGraph;
  readonly jobId: string;
  readonly storage: CheckpointStorage;
  readonly journal: EventJournal;
  readonly completed: CompletedCheckpoints;
  readonly logger: Logger;
  /** Version of flink-ts, arguments (redacted), hash of the job file: parts of the trailer. */
  readonly origin: Pick<MetadataTrailer, 'writtenBy' | 'jobFileHash' | 'arguments'>;
  /** The snapshot that the job was restored from. */
  readonly parent?: SnapshotReference;
  readonly lineage?: readonly SnapshotReference[];
}

/** Files that may go once the checkpoints that were under way have ended. */
interface Leftover {
  readonly files: readonly string[];
  readonly untilAfter: number;
}

/** Publishes and deletes the checkpoints of one job. @internal */
export class CheckpointPublisher {
  readonly #options: PublisherOptions;
  readonly #files = new DurableFiles();
  readonly #registry = new SharedStateRegistry();
  #leftovers: Leftover[] = [];
  #cleaning = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Deletions under way. */
  get cleaning(): number {
    return this.#cleaning;
  }

  /** Makes the checkpoint durable and known; returns it with those that it subsumes. `durationMs` so far. */
  async publish(
    pending: PendingCheckpoint,
    now: () => number,
  ): Promise<{ readonly checkpoint: CompletedCheckpoint; readonly subsumed: readonly CompletedCheckpoint[] }> {
    const { graph, storage, journal, completed } = this.#options;
    const operators = pending.operatorStates(graph);
    const { directory } = pending.location;
    const trailer = this.#trailer(pending, operators);
    const content = { checkpointId: pending.id, masterStates: [], operators, trailer };
    await storage.publish(pending.location, encodeMetadata(content));
    const metadata: SnapshotMetadata = { version: 3, ...content };
    await journal.append({ kind: 'completed', snapshot: this.#journalEntry(pending, metadata, now()) });
    const checkpoint: CompletedCheckpoint = {
      checkpointId: pending.id,
      kind: pending.options.kind,
      isStop: pending.options.then !== 'continue',
      timestamp: pending.options.timestamp,
      directory,
      metadata,
      sharedFiles: filesOfSnapshot(metadata, directory).shared,
      isOwned: pending.options.kind === 'checkpoint',
    };
    if (checkpoint.isOwned) this.#registry.register(pending.id, checkpoint.sharedFiles);
    // A restart never begins from a savepoint that the job went on after: that would commit what followed it twice.
    const counts = checkpoint.isOwned || checkpoint.isStop;
    return { checkpoint, subsumed: counts ? completed.add(checkpoint) : [] };
  }

  /** Takes a claimed snapshot as the job's oldest checkpoint. */
  adopt(checkpoint: CompletedCheckpoint): void {
    this.#registry.register(checkpoint.checkpointId, checkpoint.sharedFiles);
    this.#options.completed.add(checkpoint);
  }

  /**
   * Deletes checkpoints that are not retained any more. `lastTriggered`: checkpoints up to this id may still be under way
   * and build on their shared files, which therefore go later, by {@link collect}.
   */
  async remove(checkpoints: readonly CompletedCheckpoint[], lastTriggered: number): Promise<void> {
    for (const checkpoint of checkpoints) {
      if (!checkpoint.isOwned) continue;
      const { checkpointId, directory, claimed } = checkpoint;
      const mayGo = (file: string): boolean => claimed !== undefined || this.#isOwnFile(file);
      const files = this.#registry.subsume(checkpointId).filter(mayGo);
      await this.#clean(`checkpoint ${checkpointId}`, async () => {
        await this.#options.journal.append({ kind: 'subsumed', checkpointId, path: directory });
        if (claimed === undefined) await this.#options.storage.deleteCheckpoint(directory);
        else await deleteSnapshot({ directory, ...claimed }, this.#files);
        await claimed?.release();
      });
      if (files.length > 0) this.#leftovers.push({ files, untilAfter: lastTriggered });
    }
  }

  /** Deletes shared files that nobody refers to; `oldestPending`: the smallest id of a checkpoint under way. */
  async collect(oldestPending: number): Promise<void> {
    const due = this.#leftovers.filter((each) => each.untilAfter < oldestPending);
    this.#leftovers = this.#leftovers.filter((each) => each.untilAfter >= oldestPending);
    const files = due.flatMap((each) => each.files).filter((file) => this.#registry.referencesTo(file) === 0);
    if (files.length > 0) await this.#deleteFiles(files);
  }

  /** Removes what a checkpoint that was aborted has written. */
  async discard(location: SnapshotLocation, states: readonly OperatorSubtaskState[]): Promise<void> {
    await this.#clean(location.directory, () => this.#options.storage.discard(location));
    await this.discardStates(states);
  }

  /** Removes shared files of states that no checkpoint holds. */
  async discardStates(states: readonly OperatorSubtaskState[]): Promise<void> {
    const kept = new Set(this.#leftovers.flatMap((each) => each.files));
    const files = new Set<string>();
    for (const stream of states.flatMap(streamsOfSubtask)) {
      const path = stream.kind === 'absolute' ? pathOfStream(stream, '/') : null;
      if (path === null || !this.#isOwnFile(path) || kept.has(path)) continue;
      if (this.#registry.referencesTo(path) === 0) files.add(path);
    }
    if (files.size > 0) await this.#deleteFiles([...files]);
  }

  #isOwnFile(path: string): boolean {
    return path.startsWith(this.#options.storage.sharedDirectory + sep);
  }

  async #deleteFiles(files: readonly string[]): Promise<void> {
    await this.#clean('shared files', async () => {
      for (const file of files) await this.#files.unlink(file);
    });
  }

  async #clean(what: string, action: () => Promise<void>): Promise<void> {
    this.#cleaning++;
    try {
      await action();
    } catch (error) {
      this.#options.logger.warn(`Could not delete ${what}: ${messageOf(error)}`);
    } finally {
      this.#cleaning--;
    }
  }

  #journalEntry(
    pending: PendingCheckpoint,
    metadata: SnapshotMetadata,
    now: number,
  ): Extract<JournalEvent, { kind: 'completed' }>['snapshot'] {
    const { options, location } = pending;
    const files = new Map<string, number>();
    for (const stream of streamsOfSnapshot(metadata)) {
      const path = pathOfStream(stream, location.directory);
      if (path !== null) files.set(path, (stream.kind === 'segment' ? stream.start : 0) + sizeOfStream(stream));
    }
    return {
      kind: options.kind,
      checkpointId: pending.id,
      path: location.directory,
      format: options.format,
      stateSize: pending.total('stateSize'),
      checkpointedSize: pending.total('checkpointedSize'),
      triggerTime: options.timestamp,
      durationMs: now - options.timestamp,
      files: [...files].map(([path, size]) => ({ path, size })),
    };
  }

  #trailer(pending: PendingCheckpoint, operators: readonly OperatorState[]): MetadataTrailer {
    const { graph, jobId, origin, parent, lineage } = this.#options;
    return {
      ...origin,
      kind: pending.options.kind,
      format: pending.options.format,
      jobId,
      jobName: graph.name,
      time: pending.options.timestamp,
      ...(parent !== undefined && { parent }),
      ...(lineage !== undefined && { lineage }),
      operators: graph.vertices.flatMap((vertex) =>
        vertex.operators.map(({ operatorId, name, uid }) => ({
          operatorId,
          name,
          ...(uid !== undefined && { uid }),
          ...describeStates(operators.find((operator) => operator.operatorId === operatorId)),
        })),
      ),
      files: describeFiles({ operators }),
    };
  }
}

/** What the subtasks say of their states; all say the same of those that they have. */
function describeStates(operator: OperatorState | undefined): Pick<OperatorDescription, 'keyType' | 'states'> {
  const described = [...(operator?.subtasks.values() ?? [])].flatMap((state) => state.described ?? []);
  const keyType = described.find((each) => each.keyType !== undefined)?.keyType;
  const states = new Map(described.flatMap((each) => each.states).map((state) => [state.name, state]));
  if (keyType === undefined && states.size === 0) return {};
  return { ...(keyType !== undefined && { keyType }), states: [...states.values()] };
}
