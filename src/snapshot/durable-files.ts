/**
 * The steps on the file system of which publishing and deleting consist. Each is announced before it is taken, so that
 * a test can stop a process at any of them, and each that changes a directory can be made durable by `syncDirectory`:
 * without it a power failure may undo a rename that a program has already seen.
 */

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** One step. @internal */
export type FileSystemStep =
  | 'make-directory'
  | 'write-file'
  | 'sync-file'
  | 'rename'
  | 'sync-directory'
  | 'unlink'
  | 'remove-directory'
  | 'remove-tree';

/** Called before each step; what it throws stops the operation there. @internal */
export type BeforeStep = (step: FileSystemStep, path: string) => void;

/** The steps, on the real file system. @internal */
export class DurableFiles {
  readonly #before: BeforeStep;

  constructor(before: BeforeStep = () => {}) {
    this.#before = before;
  }

  /** Makes a directory, with those above it, durably; false when it was there. */
  async makeDirectory(path: string): Promise<boolean> {
    this.#before('make-directory', path);
    const first = await mkdir(path, { recursive: true });
    if (first === undefined) return false;
    for (let made = path; made.length >= first.length; made = dirname(made)) await this.syncDirectory(dirname(made));
    return true;
  }

  /** Makes one directory that must not exist; false when it does. */
  async makeFreshDirectory(path: string): Promise<boolean> {
    this.#before('make-directory', path);
    try {
      await mkdir(path);
      return true;
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false;
      throw error;
    }
  }

  /** Writes a file so that after a crash either all of it is there under its name, or what was there before. */
  async replaceFile(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(dirname(path), `.${basename(path)}.inprogress.${randomUUID()}`);
    await this.writeFile(temporary, bytes);
    await this.syncDirectory(dirname(path));
    this.#before('rename', path);
    await rename(temporary, path);
    await this.syncDirectory(dirname(path));
  }

  /** Writes a file that must not exist, and syncs its bytes. */
  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    this.#before('write-file', path);
    const file = await open(path, 'wx', 0o644);
    try {
      await file.writeFile(bytes);
      this.#before('sync-file', path);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Makes the entries of a directory durable. */
  async syncDirectory(path: string): Promise<void> {
    this.#before('sync-directory', path);
    const directory = await open(path, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0));
    try {
      await directory.sync();
    } catch (error) {
      // Some network file systems cannot sync a directory; their renames are as durable as they ever get.
      if (!isCode(error, 'EINVAL') && !isCode(error, 'ENOTSUP')) throw error;
    } finally {
      await directory.close();
    }
  }

  /** Removes a file; one that is gone is no error. */
  async unlink(path: string): Promise<void> {
    this.#before('unlink', path);
    await unlink(path).catch((error: unknown) => {
      if (!isCode(error, 'ENOENT') && !isCode(error, 'ENOTDIR')) throw error;
    });
  }

  /** Removes an empty directory; one that is gone is no error. False when something is left in it. */
  async removeDirectory(path: string): Promise<boolean> {
    this.#before('remove-directory', path);
    try {
      await rmdir(path);
    } catch (error) {
      if (isCode(error, 'ENOTEMPTY') || isCode(error, 'EEXIST')) return false;
      if (!isCode(error, 'ENOENT')) throw error;
    }
    return true;
  }

  /** Removes a directory with everything in it. */
  async removeTree(path: string): Promise<void> {
    this.#before('remove-tree', path);
    // A task that was told too late may still write a file into it.
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }
}

/** Whether an error is the operating system's with this code. @internal */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
