/** A registered timer, linked with the timers of the same time. */

import type { MapKey } from './heap-context.js';
import { NEVER_SAVED } from './state-entry.js';

/** See the file comment. @internal */
export class Timer {
  /** When it fires; later than the time of its bucket once it has been postponed. */
  timestamp: number;
  readonly key: unknown;
  readonly mapKey: MapKey;
  /** Key group, counted from the first of the backend's range. */
  readonly group: number;
  namespace: unknown;
  /** The backend's generation when the timer was registered or postponed. */
  created: number;
  /** The time of its bucket. */
  position: number;
  /** The newest snapshot that this timer has been written for. */
  saved = NEVER_SAVED;
  previous: Timer | undefined = undefined;
  next: Timer | undefined = undefined;
  /** The next timer of the same time and key, another namespace. */
  sibling: Timer | undefined = undefined;
  /** What stands for this timer since it changed its bucket while a snapshot was under way. */
  successor: Timer | undefined = undefined;

  constructor(timestamp: number, owner: TimerOwner, namespace: unknown, created: number) {
    this.timestamp = timestamp;
    this.position = timestamp;
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
