/**
 * Counts which checkpoints refer to which shared files. A file may go when no retained checkpoint refers to it any more.
 * The counts are never written down: they follow from the `_metadata` of the retained checkpoints.
 */

/** The references of the retained checkpoints of one job. @internal */
export class SharedStateRegistry {
  readonly #filesOf = new Map<number, ReadonlySet<string>>();
  readonly #references = new Map<string, number>();

  /**
   * A checkpoint was triggered: it may build on any file that is referred to at this moment, so they all stay until it is
   * registered with its own files, or subsumed because it was aborted.
   */
  begin(checkpointId: number): void {
    this.register(checkpointId, this.#references.keys());
  }

  /**
   * Records the shared files (absolute paths) of a checkpoint, in place of those it was begun with; returns the files
   * that nobody refers to any more.
   */
  register(checkpointId: number, files: Iterable<string>): string[] {
    const next = new Set(files);
    for (const file of next) this.#references.set(file, (this.#references.get(file) ?? 0) + 1);
    const unreferenced = this.subsume(checkpointId);
    this.#filesOf.set(checkpointId, next);
    return unreferenced;
  }

  /** Forgets a checkpoint; returns the files that nobody refers to any more, which may be deleted now. */
  subsume(checkpointId: number): string[] {
    const unreferenced: string[] = [];
    for (const file of this.#filesOf.get(checkpointId) ?? []) {
      const count = this.#references.get(file)! - 1;
      if (count > 0) {
        this.#references.set(file, count);
      } else {
        this.#references.delete(file);
        unreferenced.push(file);
      }
    }
    this.#filesOf.delete(checkpointId);
    return unreferenced;
  }

  /** How many checkpoints refer to a file. */
  referencesTo(file: string): number {
    return this.#references.get(file) ?? 0;
  }

  /** Every file that some checkpoint refers to. */
  referencedFiles(): ReadonlySet<string> {
    return new Set(this.#references.keys());
  }

  /** The ids of the registered checkpoints, in order of registration. */
  checkpointIds(): number[] {
    return [...this.#filesOf.keys()];
  }
}
