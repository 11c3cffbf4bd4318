/**
 * Runs the tasks of one worker that hand records on by direct calls: a head that reads channels or polls a source, and a
 * tree of operators behind it. It is the unit of scheduling: `run` works for a slice of time and returns.
 *
 * One thing happens at a time: an element, a timer, a step of a watermark, a barrier, a message. While a promise is awaited
 * or a watermark is half-way down, nothing else begins; while a writer has overflow, no element and no timer is taken.
 */

import { InputWatermarks } from '../operators/combined-watermark.js';
import type { SourceOperatorContract } from '../operators/stream-operator.js';
import { Availability } from './availability.js';
import { compileOutputs } from './chain-compiler.js';
import type { Pressure } from './channel/pressure.js';
import { ElementWalker } from './element-walker.js';
import { GATE, type InputGate } from './input-gate.js';
import { OperatorActions } from './operator-actions.js';
import type { PipelineHost } from './pipeline-host.js';
import {
  closeTasks,
  finishTasks,
  notifyAborted,
  notifyComplete,
  openTasks,
  passBarrier,
  type Waiting,
} from './pipeline-lifecycle.js';
import { SavepointStop } from './savepoint-stop.js';
import type { Task } from './task.js';
import type { TaskClock } from './task-clock.js';
import type { ElementRouter, TaskOperator } from './task-operator.js';
import type { PipelineState } from './task-state.js';
import type { CheckpointOptions } from './worker/messages.js';

/** Elements between two looks at the clock. */
const BATCH = 512;

export type { PipelineHost };

/** Fused tasks of one worker. See the file comment. @internal */
export class TaskPipeline implements ElementRouter {
  /** Tasks from the head to the ends. */
  readonly tasks: Task[] = [];
  readonly operators: TaskOperator[] = [];
  readonly availability: Availability;
  readonly clock: TaskClock;
  /** What operators want done between elements. */
  readonly actions: OperatorActions;
  state: PipelineState = 'INITIALIZING';
  readonly #host: PipelineHost;
  readonly #walker: ElementWalker;
  readonly #mailbox: (() => void)[] = [];
  #gate: InputGate | undefined;
  #source: SourceOperatorContract | undefined;
  #watermarks = new InputWatermarks(1);
  #isSourceIdle = false;
  #openInputs = 0;
  #isWaiting = false;
  /** Promises of operators that are awaited. */
  #waits = 0;
  /** A checkpoint that was triggered here but whose barrier has not come through the channels. */
  #triggered: CheckpointOptions | undefined;
  /** The newest barrier that passed after the end of data: once it is complete, the pipeline may close. */
  #finalCheckpoint: number | undefined;
  readonly #stop = new SavepointStop();
  readonly #waitsForFinalCheckpoint: boolean;

  constructor(fields: {
    readonly pressure: Pressure;
    readonly clock: TaskClock;
    readonly host: PipelineHost;
    readonly waitsForFinalCheckpoint: boolean;
  }) {
    this.clock = fields.clock;
    this.#host = fields.host;
    this.availability = new Availability(fields.pressure);
    this.actions = new OperatorActions(this.availability, this.clock, () => fields.host.wake());
    this.#walker = new ElementWalker(this.availability);
    this.#waitsForFinalCheckpoint = fields.waitsForFinalCheckpoint;
    fields.pressure.onRelieved = () => fields.host.wake();
  }

  /** The watermark that the head has got. */
  get watermark(): number {
    return this.#watermarks.timestamp;
  }

  /** Restores and opens all operators; `onOpened` is called when that is done. */
  open(input: { readonly gate?: InputGate; readonly source?: SourceOperatorContract; readonly inputs: number }): void {
    this.#gate = input.gate;
    this.#source = input.source;
    this.#openInputs = Math.max(1, input.inputs);
    this.#watermarks = new InputWatermarks(this.#openInputs);
    if (input.gate !== undefined) input.gate.onAvailable = () => this.#host.wake();
    this.#guard(() =>
      this.#drive(openTasks(this.tasks), () => {
        compileOutputs(this.operators);
        this.state = 'OPENED';
        this.#host.onOpened(this);
      }),
    );
  }

  /** Lets elements flow. */
  start(): void {
    this.state = 'RUNNING';
    this.#host.wake();
  }

  /** Works until `isTimeUp` or until there is nothing to do; true when there is more to do right now. */
  run(isTimeUp: () => boolean): boolean {
    try {
      return this.#run(isTimeUp);
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /** The source may have something again. */
  notifySourceAvailable(): void {
    this.#isSourceIdle = false;
    this.#host.wake();
  }

  /** Does something in the pipeline's turn, between elements. */
  post(action: () => void): void {
    this.#mailbox.push(action);
    this.#host.wake();
  }

  /** Injects a barrier here: at a source, or where all inputs have ended. */
  triggerCheckpoint(options: CheckpointOptions): void {
    this.post(() => {
      if (options.then === 'drain' && this.#source !== undefined && this.state === 'RUNNING')
        this.#drainSource(options);
      else if (this.#source !== undefined || this.#gate?.isClosed === true) this.#passBarrier(options, 0);
      else this.#triggered = options;
    });
  }

  checkpointComplete(checkpointId: number): void {
    this.post(() => {
      if (this.#isOver) return;
      this.#drive(notifyComplete(this.tasks, checkpointId), () => {
        const isFinal = this.#finalCheckpoint !== undefined && checkpointId >= this.#finalCheckpoint;
        if (isFinal || this.#stop.endsWith(checkpointId)) this.#close();
      });
    });
  }

  checkpointAborted(checkpointId: number): void {
    this.post(() => {
      if (this.#triggered?.checkpointId === checkpointId) this.#triggered = undefined;
      if (this.#isOver) return;
      notifyAborted(this.tasks, checkpointId);
      this.#stop.onAborted(checkpointId, this.#isDraining);
    });
  }

  /** Closes the operators without finishing them; resolves when that is done. */
  async cancel(): Promise<void> {
    if (this.#isOver) return;
    this.state = 'CANCELED';
    this.clock.clear();
    for (const promise of closeTasks(this.tasks)) await promise;
    this.#gate?.close();
  }

  /** Takes nothing until the promise settles; a rejection fails the pipeline. */
  suspendUntil(promise: Promise<unknown>): void {
    this.availability.hold();
    this.#waits++;
    promise.then(
      () => {
        this.#waits--;
        this.availability.release();
        this.#host.wake();
      },
      (error: unknown) => this.fail(error),
    );
  }
  /** Fails the pipeline, once. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.state = 'FAILED';
    this.#host.onFailed(this, error);
  }

  emitWatermark(from: TaskOperator, timestamp: number): void {
    if (from.operator === (this.#source as unknown)) {
      this.#watermarks.onWatermark(0, timestamp);
      this.#walker.beginBehind(from, timestamp);
    } else this.#walker.carryBehind(from, timestamp);
  }

  emitStatus(from: TaskOperator, isIdle: boolean): void {
    this.#walker.statusBehind(from, isIdle);
  }

  get #mayAct(): boolean {
    if (this.#isWaiting || this.#waits > 0 || this.#isOver) return false;
    return this.state !== 'INITIALIZING' && this.state !== 'OPENED';
  }

  get #isOver(): boolean {
    return this.state === 'FINISHED' || this.state === 'FAILED' || this.state === 'CANCELED';
  }

  #run(isTimeUp: () => boolean): boolean {
    for (;;) {
      if (!this.#mayAct) {
        // An operator that is awaited to finish may need its answers and timers for it.
        const isFinishing = this.state === 'FINISHING' && this.#waits === 0;
        return isFinishing && this.actions.runFinishing(isTimeUp, () => this.state === 'FINISHING');
      }
      if (this.#walker.isUnderWay) {
        if (!this.#walker.resume(isTimeUp)) return this.availability.isRelieved;
        continue;
      }
      const action = this.#mailbox.shift();
      if (action !== undefined) {
        action();
        continue;
      }
      if (!this.availability.isRelieved || this.#stop.isWaiting) return false;
      if (this.actions.runOne() || this.clock.fireOne()) continue;
      if (this.actions.isInputHeld || !this.#takeInput()) return false;
      if (isTimeUp()) return true;
    }
  }

  /** Takes a batch of elements; false when there are none. */
  #takeInput(): boolean {
    if (this.#gate !== undefined) return this.#takeFromGate(this.#gate);
    if (this.#source === undefined || this.#isSourceIdle || this.state !== 'RUNNING') return false;
    // Set before the poll: the reader may become available while it is polled.
    this.#isSourceIdle = true;
    const status = this.#source.poll(BATCH);
    if (status === 'NOTHING_AVAILABLE') return !this.#isSourceIdle;
    if (status === 'MORE_AVAILABLE') this.#isSourceIdle = false;
    else this.#inputEnded(0);
    return true;
  }

  #takeFromGate(gate: InputGate): boolean {
    const head = this.#head.operator;
    const counters = this.#head.task.counters;
    for (let taken = 0; taken < BATCH; taken++) {
      const element = gate.next();
      if (element === GATE.RECORD) {
        counters.recordsIn++;
        if (gate.input === 0) head.processElement?.(gate.value as never, gate.timestamp, gate.keyGroup);
        else head.processElement2?.(gate.value as never, gate.timestamp, gate.keyGroup);
        if (!this.availability.isAvailable) return true;
      } else if (element === GATE.EMPTY) {
        return taken > 0;
      } else {
        this.#onEvent(gate, element);
        return true;
      }
    }
    return true;
  }

  #onEvent(gate: InputGate, element: number): void {
    switch (element) {
      case GATE.WATERMARK:
        this.#head.operator.onInputWatermark?.(gate.input, gate.timestamp);
        if (this.#watermarks.onWatermark(gate.input, gate.timestamp)) {
          this.#walker.begin(this.#head, this.#watermarks.timestamp);
        }
        return;
      case GATE.STATUS:
        this.#onStatus(gate.input, gate.isIdle);
        return;
      case GATE.BARRIER:
        if (gate.barrier !== undefined) this.#passBarrier(gate.barrier, gate.alignmentMs);
        return;
      case GATE.CANCEL_BARRIER:
        for (const writer of this.#writers()) {
          writer.broadcastEvent({ kind: 'cancel-barrier', checkpointId: gate.checkpointId });
        }
        this.#host.onBarrierCancelled(this, gate.checkpointId);
        return;
      case GATE.END_OF_DATA:
        this.#inputEnded(gate.input);
        return;
      default:
        if (gate.isClosed && this.#triggered !== undefined) this.#passBarrier(this.#triggered, 0);
    }
  }

  #onStatus(input: number, isIdle: boolean): void {
    const wasIdle = this.#watermarks.isIdle;
    const hasAdvanced = this.#watermarks.onStatus(input, isIdle);
    if (hasAdvanced) this.#walker.begin(this.#head, this.#watermarks.timestamp);
    if (this.#watermarks.isIdle !== wasIdle) this.#walker.status(this.#head, this.#watermarks.isIdle);
  }

  #inputEnded(input: 0 | 1): void {
    this.post(() => {
      this.#head.operator.endInput(input);
      if (--this.#openInputs > 0) return;
      this.state = 'FINISHING';
      this.#drive(
        finishTasks(this.tasks, this.#isDraining, (task) => this.#host.onEndOfData(task)),
        () => {
          this.state = 'DRAINED';
          this.clock.clear();
          if (this.#stop.drain !== undefined) this.#passBarrier(this.#stop.drain, 0);
          else if (!this.#waitsForFinalCheckpoint && !this.#isDraining) this.#close();
        },
      );
    });
  }

  get #isDraining(): boolean {
    return this.#stop.drain !== undefined || this.#gate?.isDraining === true;
  }

  /** Ends a source before its time; what its last watermark makes happen comes before what `finish` does. */
  #drainSource(options: CheckpointOptions): void {
    this.#stop.drain = options;
    this.#source?.stop();
    this.#head.operator.endInput(0);
    this.#inputEnded(0);
  }

  #passBarrier(options: CheckpointOptions, alignmentMs: number): void {
    if (this.#isOver) return;
    this.#stop.onBarrier(options);
    if (this.#triggered !== undefined && this.#triggered.checkpointId <= options.checkpointId)
      this.#triggered = undefined;
    if (this.state === 'DRAINED') this.#finalCheckpoint ??= options.checkpointId;
    this.#drive(
      passBarrier(this.tasks, options, (task) => this.#host.onBarrier(task, options, alignmentMs)),
      () => {},
    );
  }

  #close(): void {
    if (this.state !== 'DRAINED' && !this.#stop.isWaiting) return;
    for (const writer of this.#writers()) {
      writer.broadcastEvent({ kind: 'end-of-partition' });
      writer.flush();
    }
    this.#drive(closeTasks(this.tasks), () => {
      this.state = 'FINISHED';
      this.#gate?.close();
      this.#host.onClosed(this);
    });
  }

  /** Runs a slow path to its end, waiting where it waits. */
  #drive(path: Waiting, onDone: () => void): void {
    const next = path.next();
    if (next.done === true) {
      if (this.#isWaiting) {
        this.#isWaiting = false;
        this.availability.release();
      }
      onDone();
      return;
    }
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.availability.hold();
    }
    next.value.then(
      () => {
        if (!this.#isOver) this.#guard(() => this.#drive(path, onDone));
        this.#host.wake();
      },
      (error: unknown) => this.fail(error),
    );
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }

  get #head(): TaskOperator {
    const head = this.operators[0];
    if (head === undefined) throw new Error('Broken invariant: a pipeline has an operator.');
    return head;
  }

  *#writers() {
    for (const task of this.tasks) yield* task.writers;
  }
}
