import { describe, expect, it } from 'vitest';
import { KeyedProcessFunction, ProcessFunction, RichMapFunction } from '../../src/api/functions.js';
import { StreamExecutionEnvironment } from '../../src/api/stream-execution-environment.js';
import type { Transformation, TransformationOf } from '../../src/graph/transformation.js';
import { MapStateDescriptor } from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { programOf } from '../golden/operator-id-cases.js';

const same = <T>(value: T): T => value;

class Plain extends ProcessFunction<number, number> {
  override processElement(): void {}
}
class Timed extends KeyedProcessFunction<number, number, number> {
  override processElement(): void {}
}

function operators(build: (env: StreamExecutionEnvironment) => void): readonly TransformationOf<'operator'>[] {
  return programOf(build).transformations.filter((node) => node.kind === 'operator');
}

describe('a stream', () => {
  it('can be described after others read from it', () => {
    const { transformations } = programOf((env) => {
      const source = env.fromSequence(1, 2);
      source.map(same);
      source.uid('late').name('numbers');
    });

    const map = transformations[1] as TransformationOf<'operator'>;
    expect(map.inputs[0]).toBe(transformations[0]);
    expect((map.inputs[0] as TransformationOf<'source'>).settings).toMatchObject({ uid: 'late', name: 'numbers' });
  });

  it('becomes frozen nodes', () => {
    const { transformations } = programOf((env) => {
      env.fromSequence(1, 2).keyBy(same).sum(0).print();
    });

    const isFrozen = (node: Transformation) =>
      Object.isFrozen(node) && (!('settings' in node) || Object.isFrozen(node.settings));
    expect(transformations.every(isFrozen)).toBe(true);
  });

  it('keys operators behind keyBy, by whichever function', () => {
    const byKey = (n: number) => n % 2;
    const nodes = operators((env) => {
      const keyed = env.fromSequence(1, 2).keyBy(byKey, Types.LONG);
      keyed.map(same);
      keyed.process(new Timed());
      keyed.process(new Plain());
      keyed.maxBy(0, false);
    });

    expect(nodes.map(({ spec }) => spec)).toEqual([
      { type: 'map' },
      { type: 'keyedProcess' },
      { type: 'process' },
      { type: 'aggregate', kind: 'maxBy', field: 0, first: false },
    ]);
    expect(nodes.every(({ keyed, functions }) => keyed[0] === true && functions.keySelector === byKey)).toBe(true);
    expect(nodes[0]?.functions.keyType).toBe(Types.LONG);
  });

  it('keys connected streams on both sides', () => {
    const negate = (n: number) => -n;
    const [node] = operators((env) => {
      const streams = env.fromSequence(1, 2).connect(env.fromSequence(1, 2));
      streams.keyBy(same<number>, negate).map({ map1: same, map2: same });
    });

    expect(node?.keyed).toEqual([true, true]);
    expect(node?.functions.keySelector2).toBe(negate);
  });

  it('hands the descriptors of a broadcast stream to the function', () => {
    const rules = new MapStateDescriptor('rules', Types.STRING, Types.LONG);
    const [node] = operators((env) => {
      const broadcast = env.fromSequence(1, 2).broadcast(rules);
      env
        .fromSequence(1, 2)
        .keyBy(same)
        .connect(broadcast)
        .process({ processElement() {}, processBroadcastElement() {}, onTimer() {} } as never);
    });

    expect(node?.spec.type).toBe('keyedBroadcastProcess');
    expect(node?.keyed).toEqual([true, false]);
    expect(node?.functions.broadcastStates).toEqual([rules]);
  });

  it.each([
    [
      'a class for a function',
      /needs a function.*make an instance of it with new/,
      (env) => env.fromData([1]).map(Length as never),
    ],
    ['nothing for a function', /filter\(\) needs a function/, (env) => env.fromData([1]).filter(undefined as never)],
    [
      'an object for a key selector',
      /keyBy\(\) needs a function, not object/,
      (env) => env.fromData([1]).keyBy({} as never),
    ],
    [
      'timers without keys',
      /needs a keyed stream: call keyBy first/,
      (env) => env.fromData([1]).process(new Timed() as never),
    ],
    [
      'a partition of a keyed stream',
      /Cannot override partitioning for KeyedStream/,
      (env) => env.fromData([1]).keyBy(same).rebalance(),
    ],
    [
      'a parallelism of 0',
      /The parallelism of operator "Map" must be at least 1/,
      (env) => env.fromData([1]).map(same).setParallelism(0),
    ],
    [
      'a parallel socket',
      /non parallel operator "Socket Stream" must be 1, not 2/,
      (env) => env.socketTextStream('localhost', 1).setParallelism(2),
    ],
    ['a uid hash that is none', /32 character String.*xyz/, (env) => env.fromData([1]).setUidHash('xyz')],
    [
      'a uid hash of a sink of two operators',
      /non-legacy sink/,
      (env) =>
        env
          .fromData([1])
          .sinkTo({ createWriter: () => ({}) } as never)
          .setUidHash('0'.repeat(32)),
    ],
    [
      'streams of two environments',
      /different environments/,
      (env) => env.fromData([1]).union(StreamExecutionEnvironment.getExecutionEnvironment().fromData([1])),
    ],
  ] as readonly (readonly [string, RegExp, (env: StreamExecutionEnvironment) => unknown])[])(
    'refuses %s',
    (_what, message, build) => {
      expect(() => build(StreamExecutionEnvironment.getExecutionEnvironment())).toThrow(message);
    },
  );
});

class Length extends RichMapFunction<string, number> {
  override map(value: string): number {
    return value.length;
  }
}
