/** A stream that every subtask gets, with the states in which its records are kept. */

import type { DataStream } from './data-stream.js';
import type { ProgramBuilder } from './program-builder.js';

/** A descriptor of a broadcast state (a `MapStateDescriptor`), whatever its types. */
export interface AnyBroadcastState {
  readonly name: string;
  readonly keyType: object;
  readonly type: object;
}

/** A broadcast stream; goes into `connect` of another stream. */
export class BroadcastStream<T> {
  /** The stream whose records are broadcast. @internal */
  readonly input: DataStream<T>;
  /** The states that a function may keep. @internal */
  readonly states: readonly AnyBroadcastState[];

  /** Made by `broadcast(descriptor)`. @internal */
  constructor(input: DataStream<T>, states: readonly AnyBroadcastState[]) {
    this.input = input;
    this.states = Object.freeze([...states]);
  }

  /** The program that the stream belongs to. @internal */
  get program(): ProgramBuilder {
    return this.input.program;
  }
}
