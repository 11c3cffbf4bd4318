/**
 * From what a user calls a snapshot to its files. A pointer is a directory or the `_metadata` in it (any name is taken
 * for a file), as a path or as a `file:` URI; the texts of what is wrong with it are Flink's.
 */

import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FlinkError, messageOf } from '../common/errors.js';
import { decodeMetadata, type SnapshotMetadata } from './snapshot-metadata.js';

/** The name of the file that makes a directory a snapshot. @internal */
export const METADATA_FILE = '_metadata';

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;

/** A snapshot that exists. @internal */
export interface ResolvedSnapshot {
  /** Absolute path of the directory: what relative handles refer to. */
  readonly directory: string;
  readonly metadataFile: string;
  /** As Flink prints it: `file:/absolute/path` of the directory. */
  readonly uri: string;
}

/** A snapshot that was read. @internal */
export interface LoadedSnapshot extends ResolvedSnapshot {
  readonly metadata: SnapshotMetadata;
}

/** An absolute path as Flink prints it: one slash, nothing escaped. @internal */
export function fileUri(path: string): string {
  return `file:${path}`;
}

/**
 * The absolute path that a path or `file:` URI means; nothing is unescaped. Relative ones start at `workingDirectory`.
 *
 * @throws FlinkError `SNAPSHOT_NOT_FOUND` for the empty text and for what is no local path.
 * @internal
 */
export function pathOfPointer(pointer: string, workingDirectory = process.cwd()): string {
  if (pointer.trim() === '') throw new FlinkError('SNAPSHOT_NOT_FOUND', 'empty checkpoint pointer');
  const colon = pointer.indexOf(':');
  const slash = pointer.indexOf('/');
  if (colon < 0 || (slash >= 0 && slash < colon)) return resolve(workingDirectory, pointer);
  const scheme = pointer.slice(0, colon);
  if (!SCHEME.test(scheme)) {
    throw new FlinkError(
      'SNAPSHOT_NOT_FOUND',
      `Checkpoint/savepoint path '${pointer}' is not a valid file URI. Either the pointer path is invalid, or the ` +
        'checkpoint was created by a different state backend.',
    );
  }
  if (scheme.toLowerCase() !== 'file') {
    throw new FlinkError('SNAPSHOT_NOT_FOUND', `Cannot access file system for checkpoint/savepoint path '${pointer}'.`);
  }
  const rest = pointer.slice(colon + 1);
  return resolve(workingDirectory, rest.startsWith('//') ? rest.replace(/^\/\/[^/]*/, '') || '/' : rest);
}

/**
 * Finds the `_metadata` that a pointer means.
 *
 * @throws FlinkError `SNAPSHOT_NOT_FOUND` with Flink's text.
 * @internal
 */
export async function resolveSnapshot(pointer: string, workingDirectory?: string): Promise<ResolvedSnapshot> {
  const path = pathOfPointer(pointer, workingDirectory);
  const found = await kindOf(path);
  if (found === 'none') {
    throw new FlinkError(
      'SNAPSHOT_NOT_FOUND',
      `Cannot find checkpoint or savepoint file/directory '${pointer}' on file system 'file'.`,
    );
  }
  if (found === 'file') return { directory: dirname(path), metadataFile: path, uri: fileUri(dirname(path)) };
  const metadataFile = join(path, METADATA_FILE);
  if ((await kindOf(metadataFile)) !== 'file') {
    throw new FlinkError(
      'SNAPSHOT_NOT_FOUND',
      `Cannot find meta data file '${METADATA_FILE}' in directory '${pointer}'. Please try to load the ` +
        'checkpoint/savepoint directly from the metadata file instead of the directory.',
    );
  }
  return { directory: path, metadataFile, uri: fileUri(path) };
}

/** Finds a snapshot and reads its `_metadata`. @internal */
export async function loadSnapshot(pointer: string, workingDirectory?: string): Promise<LoadedSnapshot> {
  const resolved = await resolveSnapshot(pointer, workingDirectory);
  return { ...resolved, metadata: await readMetadataFile(resolved.metadataFile) };
}

/** Reads a `_metadata`. @internal */
export async function readMetadataFile(file: string): Promise<SnapshotMetadata> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new FlinkError('SNAPSHOT_NOT_FOUND', `Cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  return decodeMetadata(bytes, { file });
}

async function kindOf(path: string): Promise<'file' | 'directory' | 'none'> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'directory';
    return found.isFile() ? 'file' : 'none';
  } catch {
    return 'none';
  }
}
