/** A registered timer, linked with the timers of the same time. */

import type { MapKey } from './heap-context.js';
import { NEVER_SAVED } from './state-entry.js';

/** See the file comment. @internal */
export class Timer {
  readonly timestamp: number;
  readonly key: unknown;
  readonly mapKey: MapKey;
  /** Key group, counted from the first of the backend's range. */
  readonly group: number;
  readonly namespace: unknown;
  /** The backend's generation when the timer was registered. */
  readonly created: number;
  /** The newest snapshot that this timer has been written for. */
  saved = NEVER_SAVED;
  previous: Timer | undefined = undefined;
  next: Timer | undefined = undefined;
  /** The next timer of the same time and key, another namespace. */
  sibling: Timer | undefined = undefined;

  constructor(timestamp: number, owner: TimerOwner, namespace: unknown, created: number) {
    this.timestamp = timestamp;
    this.key = owner.key;
    this.mapKey = owner.mapKey;
    this.group = owner.group;
    this.namespace = namespace;
    this.created = created;
  }
}

/** Whose timer it is. @internal */
export interface TimerOwner {
  readonly key: unknown;
  readonly mapKey: MapKey;
  readonly group: number;
}
