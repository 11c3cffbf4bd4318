/** Two streams that go into one operator, which may share state between them. */

import type { OperatorSpec } from '../graph/transformation.js';
import type { Type } from '../state/type.js';
import type { DataStream } from './data-stream.js';
import { checkObject } from './function-forms.js';
import type { CoFlatMapFunction, CoMapFunction, CoProcessFunction, KeyedCoProcessFunction } from './functions.js';
import type { KeyedStream } from './keyed-stream.js';
import type { PhysicalDraft } from './program-builder.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { KeySelector } from './stream-factory.js';

/** Two streams side by side; made by `connect`. */
export class ConnectedStreams<IN1, IN2> {
  /** The first input. */
  readonly firstInput: DataStream<IN1>;
  /** The second input. */
  readonly secondInput: DataStream<IN2>;

  /** Made by `connect`. @internal */
  constructor(first: DataStream<IN1>, second: DataStream<IN2>) {
    this.firstInput = first;
    this.secondInput = second;
  }

  /** One result for each record of either input. */
  map<OUT>(mapper: CoMapFunction<IN1, IN2, OUT>): SingleOutputStreamOperator<OUT> {
    checkObject(mapper, 'map1', 'map() of connected streams');
    return this.addOperator('Co-Map', { type: 'coMap' }, mapper);
  }

  /** Any number of results for each record of either input. */
  flatMap<OUT>(mapper: CoFlatMapFunction<IN1, IN2, OUT>): SingleOutputStreamOperator<OUT> {
    checkObject(mapper, 'flatMap1', 'flatMap() of connected streams');
    return this.addOperator('Co-Flat Map', { type: 'coFlatMap' }, mapper);
  }

  /** Any number of results for each record of either input, with side outputs. */
  process<OUT>(processor: CoProcessFunction<IN1, IN2, OUT> & { onTimer?: never }): SingleOutputStreamOperator<OUT> {
    checkObject(processor, 'processElement1', 'process() of connected streams');
    return this.addOperator('Co-Process', { type: 'coProcess' }, processor);
  }

  /** Keys both inputs, so that they share the state of the key: `a.connect(b).keyBy((x) => x.id, (y) => y.id)`. */
  keyBy<K>(
    firstSelector: KeySelector<IN1, K>,
    secondSelector: KeySelector<IN2, NoInfer<K>>,
    keyType?: Type<K>,
  ): KeyedConnectedStreams<IN1, IN2, K> {
    const first = this.firstInput.keyBy<K>(firstSelector, keyType);
    const second = this.secondInput.keyBy<K>(secondSelector, keyType);
    return first.program.streams.keyedConnected(first, second);
  }

  /** Adds an operator of two inputs, keyed when both are. @internal */
  addOperator<OUT>(name: string, spec: OperatorSpec, processor: unknown): SingleOutputStreamOperator<OUT> {
    const { program, draft: firstDraft, keySelection: firstKeys } = this.firstInput;
    const { draft: secondDraft, keySelection: secondKeys } = this.secondInput;
    const isKeyed = firstKeys !== undefined && secondKeys !== undefined;
    const draft = program.add<PhysicalDraft>({
      kind: 'operator',
      inputs: [firstDraft, secondDraft],
      settings: { name, chaining: 'ALWAYS' },
      spec,
      functions: {
        function: processor,
        ...(isKeyed && {
          ...firstKeys,
          keySelector2: secondKeys.keySelector,
          keyType2: secondKeys.keyType,
        }),
      },
      keyed: [isKeyed, isKeyed],
    });
    return program.streams.operator({ program, draft });
  }
}

/** Two streams with the same keys side by side. */
export class KeyedConnectedStreams<IN1, IN2, K> extends ConnectedStreams<IN1, IN2> {
  /** The type of the keys, for inference only; never set. */
  declare readonly recordKeyType?: K;

  /** Made by `connect` of two keyed streams. @internal */
  constructor(first: KeyedStream<IN1, K>, second: KeyedStream<IN2, K>) {
    super(first, second);
  }

  /** Elements of both inputs, with the key's state and timers. */
  override process<OUT>(processor: KeyedCoProcessFunction<K, IN1, IN2, OUT>): SingleOutputStreamOperator<OUT>;
  override process<OUT>(
    processor: CoProcessFunction<IN1, IN2, OUT> & { onTimer?: never },
  ): SingleOutputStreamOperator<OUT>;
  override process<OUT>(
    processor: KeyedCoProcessFunction<K, IN1, IN2, OUT> | (CoProcessFunction<IN1, IN2, OUT> & { onTimer?: never }),
  ): SingleOutputStreamOperator<OUT> {
    checkObject(processor, 'processElement1', 'process() of connected streams');
    return 'onTimer' in processor
      ? this.addOperator('Co-Keyed-Process', { type: 'keyedCoProcess' }, processor)
      : this.addOperator('Co-Process', { type: 'coProcess' }, processor);
  }
}
