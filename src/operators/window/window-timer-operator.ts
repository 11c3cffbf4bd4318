/** The common part of the window operators: state, the timer service `window-timers`, and the lifecycle. */

import type { TimeWindow, Window } from '../../common/windows.js';
import { GLOBAL_WINDOW, TIME_WINDOW } from '../../state/namespaces.js';
import type { Type } from '../../state/type.js';
import { BaseOperator } from '../base-operator.js';
import type { KeyBinding } from '../key-binding.js';
import type { WatermarkStep } from '../stream-operator.js';
import { InternalTimerService } from '../timer-service.js';
import { type WindowParts, WindowRuntime } from './window-runtime.js';

/** See the file comment. @internal */
export abstract class WindowTimerOperator extends BaseOperator {
  readonly parts: WindowParts;
  readonly bound: KeyBinding;
  #timers!: InternalTimerService<unknown, Window>;
  #runtime!: WindowRuntime;

  /** `userFunction`: what has a lifecycle. */
  constructor(parts: WindowParts, keys: KeyBinding, userFunction: unknown) {
    super(userFunction, keys);
    this.parts = parts;
    this.bound = keys;
  }

  abstract onEventTime(time: number, window: Window): void;
  abstract onProcessingTime(time: number, window: Window): void;

  get timers(): InternalTimerService<unknown, Window> {
    return this.#timers;
  }

  get runtime(): WindowRuntime {
    return this.#runtime;
  }

  override initializeState(): void {
    super.initializeState();
    const { context, output, parts } = this;
    const { backend } = this.bound;
    const isTime = parts.assigner.windowKind === 'time';
    const windowType = (isTime ? TIME_WINDOW : GLOBAL_WINDOW) as Type<Window> | Type<TimeWindow>;
    this.#timers = new InternalTimerService<unknown, Window>({
      name: 'window-timers',
      backend,
      namespaceType: windowType as Type<Window>,
      clock: context.clock,
      target: {
        onEventTime: (time, window) => this.onEventTime(time, window),
        onProcessingTime: (time, window) => this.onProcessingTime(time, window),
      },
      isBatch: context.isBatch,
    });
    const dropped = context.counter('numLateRecordsDropped');
    const surroundings = { backend, windowType: windowType as Type<Window>, timers: this.#timers, output };
    this.#runtime = new WindowRuntime(parts, surroundings, () => dropped.inc());
  }

  override open(): void | Promise<void> {
    const opened = super.open();
    this.#timers.start();
    return opened;
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    return this.#timers.advanceWatermark(timestamp) ? 'AGAIN' : 'FORWARD';
  }

  override close(): void | Promise<void> {
    this.#timers?.close();
    return super.close();
  }
}
