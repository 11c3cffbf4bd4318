/**
 * The contexts that process functions get beside each element. An operator has one of them and changes its fields before
 * each call, so that a record costs no allocation.
 */

import type { OnTimerContext, ProcessContext, TimeDomain, TimerService } from '../api/functions.js';
import type { OutputTag } from '../api/output-tag.js';
import { NO_TIMESTAMP } from '../common/time.js';
import type { KeyedStateBackend } from '../state/keyed-state-backend.js';
import type { Output } from './stream-operator.js';

/** The context of an element on a stream without keys. @internal */
export class ElementContext implements ProcessContext {
  readonly #output: Output;
  readonly #timers: TimerService;
  /** The timestamp of the element at hand, or the time of the timer. */
  elementTimestamp = NO_TIMESTAMP;

  constructor(output: Output, timers: TimerService) {
    this.#output = output;
    this.#timers = timers;
  }

  timestamp(): number | null {
    return this.elementTimestamp === NO_TIMESTAMP ? null : this.elementTimestamp;
  }

  timerService(): TimerService {
    return this.#timers;
  }

  output<T>(tag: OutputTag<T>, value: T): void {
    this.#output.collectSide(tag.id, value, this.elementTimestamp);
  }
}

/** The context of an element, or of a timer, on a keyed stream. @internal */
export class KeyedElementContext<K = unknown> extends ElementContext implements OnTimerContext<K> {
  readonly #backend: KeyedStateBackend<K>;
  /** Which clock the timer at hand follows. */
  domain: TimeDomain = 'EVENT_TIME';

  constructor(output: Output, timers: TimerService, backend: KeyedStateBackend<K>) {
    super(output, timers);
    this.#backend = backend;
  }

  getCurrentKey(): K {
    return this.#backend.getCurrentKey();
  }

  timeDomain(): TimeDomain {
    return this.domain;
  }
}
