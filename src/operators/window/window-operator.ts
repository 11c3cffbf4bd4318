/** Windows that never merge, with any assigner, trigger and evictor. */

import type { Window } from '../../common/windows.js';
import { WindowTimerOperator } from './window-timer-operator.js';

/** See the file comment. @internal */
export class WindowOperator extends WindowTimerOperator {
  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.bound.select(value, keyGroup);
    const { runtime } = this;
    let isSkipped = true;
    for (const window of this.parts.assigner.assignWindows(value, timestamp, runtime.clock)) {
      if (runtime.isLate(window)) continue;
      isSkipped = false;
      runtime.contents.setCurrentNamespace(window);
      runtime.contents.add(value, timestamp);
      runtime.onElement(value, timestamp, window);
      runtime.registerCleanup(window);
    }
    if (isSkipped) runtime.skip(value, timestamp);
  }

  onEventTime(time: number, window: Window): void {
    this.#onTimer(time, window, true);
  }

  onProcessingTime(time: number, window: Window): void {
    this.#onTimer(time, window, false);
  }

  #onTimer(time: number, window: Window, isEventTime: boolean): void {
    const { runtime } = this;
    runtime.contents.setCurrentNamespace(window);
    runtime.onTimer(time, window, isEventTime);
    if (runtime.isCleanup(time, window, isEventTime)) runtime.clear(window);
  }
}
