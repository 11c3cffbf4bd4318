/** What a state table holds for one key, or for one key and namespace. */

/** The generation of an entry that no snapshot has seen. @internal */
export const NEVER_SAVED = -1;

/** The generation of an entry that came out of a snapshot and has not been touched since. @internal */
export const RESTORED = 0;

/** A stored value. @internal */
export class StateEntry {
  readonly key: unknown;
  value: unknown;
  /** The backend's generation when the value was last written, or read in a way that lets it be changed in place. */
  touched: number;
  /** The newest snapshot that this entry has been written for; older ones have it too. */
  saved: number;

  constructor(key: unknown, value: unknown, touched: number, saved: number) {
    this.key = key;
    this.value = value;
    this.touched = touched;
    this.saved = saved;
  }
}

/** A stored value under a namespace; entries of one key are linked while they are few. @internal */
export class NamespacedEntry extends StateEntry {
  readonly namespace: unknown;
  next: NamespacedEntry | undefined = undefined;

  constructor(key: unknown, namespace: unknown, value: unknown, touched: number, saved: number) {
    super(key, value, touched, saved);
    this.namespace = namespace;
  }
}
