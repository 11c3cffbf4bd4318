/** A stream beside a broadcast one: every subtask sees all broadcast records and its share of the others. */

import type { OperatorSpec } from '../graph/transformation.js';
import type { BroadcastStream } from './broadcast-stream.js';
import type { DataStream } from './data-stream.js';
import { checkObject } from './function-forms.js';
import type { BroadcastProcessFunction, KeyedBroadcastProcessFunction } from './functions.js';
import type { KeyedStream } from './keyed-stream.js';
import type { PhysicalDraft } from './program-builder.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';

/** A stream connected with a broadcast one; made by `connect`. */
export class BroadcastConnectedStream<IN1, IN2> {
  /** The stream that is not broadcast. */
  readonly firstInput: DataStream<IN1>;
  readonly #second: BroadcastStream<IN2>;

  /** Made by `connect`. @internal */
  constructor(first: DataStream<IN1>, second: BroadcastStream<IN2>) {
    this.firstInput = first;
    this.#second = second;
  }

  /** Elements read the broadcast state, broadcast elements change it. */
  process<OUT>(
    processor: BroadcastProcessFunction<IN1, IN2, OUT> & { onTimer?: never },
  ): SingleOutputStreamOperator<OUT> {
    checkObject(processor, 'processBroadcastElement', 'process() of a broadcast stream');
    return this.addOperator('Co-Process-Broadcast', { type: 'broadcastProcess' }, processor);
  }

  /** Adds an operator whose second input is the broadcast stream. @internal */
  addOperator<OUT>(name: string, spec: OperatorSpec, processor: unknown): SingleOutputStreamOperator<OUT> {
    const { program, draft: firstDraft, keySelection } = this.firstInput;
    const draft = program.add<PhysicalDraft>({
      kind: 'operator',
      inputs: [firstDraft, this.#second.input.draft],
      settings: { name, chaining: 'ALWAYS' },
      spec,
      functions: { function: processor, broadcastStates: this.#second.states, ...keySelection },
      keyed: [keySelection !== undefined, false],
    });
    return program.streams.operator({ program, draft });
  }
}

/** A keyed stream connected with a broadcast one. */
export class KeyedBroadcastConnectedStream<IN1, IN2, K> extends BroadcastConnectedStream<IN1, IN2> {
  /** The type of the keys, for inference only; never set. */
  declare readonly recordKeyType?: K;

  /** Made by `connect` of a keyed stream. @internal */
  constructor(first: KeyedStream<IN1, K>, second: BroadcastStream<IN2>) {
    super(first, second);
  }

  /** As on a stream without keys, with the key's state and timers on the first side. */
  override process<OUT>(processor: KeyedBroadcastProcessFunction<K, IN1, IN2, OUT>): SingleOutputStreamOperator<OUT>;
  override process<OUT>(
    processor: BroadcastProcessFunction<IN1, IN2, OUT> & { onTimer?: never },
  ): SingleOutputStreamOperator<OUT>;
  override process<OUT>(
    processor:
      | KeyedBroadcastProcessFunction<K, IN1, IN2, OUT>
      | (BroadcastProcessFunction<IN1, IN2, OUT> & { onTimer?: never }),
  ): SingleOutputStreamOperator<OUT> {
    checkObject(processor, 'processBroadcastElement', 'process() of a broadcast stream');
    return 'onTimer' in processor
      ? this.addOperator('Co-Process-Broadcast-Keyed', { type: 'keyedBroadcastProcess' }, processor)
      : this.addOperator('Co-Process-Broadcast', { type: 'broadcastProcess' }, processor);
  }
}
