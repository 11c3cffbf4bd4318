import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KeyedProcessFunction } from '../../src/api/functions.js';
import type { StreamExecutionEnvironment } from '../../src/api/stream-execution-environment.js';
import { WatermarkStrategy } from '../../src/api/watermark-strategy.js';
import { DiscardingSink } from '../../src/connectors/discarding-sink.js';
import { NumberSequenceSource } from '../../src/connectors/sequence-source.js';
import { buildJobGraph } from '../../src/graph/job-graph-builder.js';
import { executionPlanText, jobPlan } from '../../src/graph/plan-json.js';
import { buildStreamGraph } from '../../src/graph/stream-graph.js';
import { graphOf, programOf } from '../golden/operator-id-cases.js';

const recorded = new Map(
  readFileSync(new URL('../fixtures/golden/info-plans.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly id: string; readonly stdout: string })
    .map(({ id, stdout }) => [id, stdout.split('\n').slice(1).join('\n')]),
);

class Count extends KeyedProcessFunction<number, number, number> {
  override processElement(): void {}
}

/** The jobs of the recordings, in this API. */
const JOBS: Readonly<Record<string, (env: StreamExecutionEnvironment) => void>> = {
  count: (env) => {
    env
      .fromSource(new NumberSequenceSource(1, 10), WatermarkStrategy.noWatermarks(), 'gen')
      .uid('gen')
      .map((n) => n)
      .name('keep')
      .uid('keep')
      .keyBy((n) => n % 100)
      .process(new Count())
      .name('count')
      .uid('count')
      .sinkTo(new DiscardingSink())
      .name('drop')
      .uid('drop');
  },
  finish: (env) => {
    env
      .fromSequence(1, 10)
      .map((n) => n)
      .name('m')
      .sinkTo(new DiscardingSink())
      .name('drop');
  },
  print: (env) => {
    env.fromSequence(1, 10).print();
  },
};

describe('the execution plan', () => {
  it.each([
    ['info.count', 'count', {}],
    ['info.count-p', 'count', { 'parallelism.default': '3' }],
    ['info.finish', 'finish', {}],
    ['info.print-job', 'print', {}],
  ] as const)('of %s has the text of the recording', (id, job, configuration) => {
    const program = programOf(JOBS[job] ?? (() => {}));

    const text = executionPlanText(buildStreamGraph(program, configuration));

    const planLines = `${text}\n--------------------------------------------------------------`;
    expect(recorded.get(id)?.startsWith(planLines)).toBe(true);
  });

  it('lists sinks of one operator last, and every predecessor of a union', () => {
    const program = programOf((env) => {
      const a = env.fromSequence(1, 2);
      a.print();
      a.union(env.fromSequence(3, 4)).map((n) => n);
    });

    const plan = JSON.parse(executionPlanText(buildStreamGraph(program)));

    expect(plan.nodes.map(({ type }: { type: string }) => type)).toEqual([
      'Source: Sequence Source',
      'Source: Sequence Source',
      'Map',
      'Sink: Print to Std. Out',
    ]);
    expect(plan.nodes[2].predecessors.map(({ id }: { id: number }) => id)).toEqual([1, 3]);
  });
});

describe('the job plan of REST', () => {
  it('has the nodes, the inputs and the chains of a recording', () => {
    const graph = buildJobGraph(programOf(flights, { 'parallelism.default': '2' }), { 'parallelism.default': '2' });

    const plan = jobPlan('4078fcbca4b7e70df32ad12e9a8ff858', graph);

    expect(JSON.stringify(plan)).toBe(JSON.stringify(RECORDED_PLAN));
  });

  it('draws a chain that branches as a tree', () => {
    const graph = graphOf((env) => {
      const source = env.fromSequence(1, 2).name('numbers');
      source
        .map((n) => n)
        .name('a')
        .filter(() => true)
        .name('b');
      source.map((n) => n).name('c');
    });

    const [node] = jobPlan('0', graph).nodes;

    expect(node?.description).toBe('Source: numbers<br/>:- a<br/>:  +- b<br/>+- c<br/>');
    expect(graph.vertices[0]?.name).toBe('Source: numbers -> (a -> b, c)');
  });
});

/** The job of the REST recordings; its window is a process function here. */
function flights(env: StreamExecutionEnvironment): void {
  env
    .fromSource(new NumberSequenceSource(1, 10), WatermarkStrategy.noWatermarks(), 'numbers')
    .uid('numbers')
    .map((n) => n)
    .name('throttle')
    .assignTimestampsAndWatermarks(WatermarkStrategy.forMonotonousTimestamps())
    .name('stamp')
    .keyBy((n) => n)
    .process(new Count())
    .name('counter')
    .uid('counter')
    .keyBy((n) => n)
    .process(new Count())
    .name('max per second')
    .setDescription('max')
    .uid('window')
    .map((n) => n)
    .name('format <a> & b')
    .uid('format')
    .setParallelism(1)
    .sinkTo(new DiscardingSink())
    .name('out')
    .setParallelism(1);
}

/** `jars.plan.post` of the recordings of Flink 1.20.5; only the window's description is ours. */
const RECORDED_PLAN = {
  jid: '4078fcbca4b7e70df32ad12e9a8ff858',
  name: 'golden',
  type: 'STREAMING',
  nodes: [
    {
      id: 'a4f48a6b1f4ef02cc0c5d8314de1f374',
      parallelism: 1,
      operator: '',
      operator_strategy: '',
      description: 'format &lt;a&gt; &amp; b<br/>+- out: Writer<br/>',
      inputs: [
        { num: 0, id: '01203aa9a12dc1ec725e03853dd7c8f2', ship_strategy: 'REBALANCE', exchange: 'pipelined_bounded' },
      ],
      optimizer_properties: {},
    },
    {
      id: '01203aa9a12dc1ec725e03853dd7c8f2',
      parallelism: 2,
      operator: '',
      operator_strategy: '',
      description: 'max<br/>',
      inputs: [
        { num: 0, id: '0da08f51eaa85fc298e176a139b3649a', ship_strategy: 'HASH', exchange: 'pipelined_bounded' },
      ],
      optimizer_properties: {},
    },
    {
      id: '0da08f51eaa85fc298e176a139b3649a',
      parallelism: 2,
      operator: '',
      operator_strategy: '',
      description: 'counter<br/>',
      inputs: [
        { num: 0, id: 'ca88eee0095684d687a1b6495617f957', ship_strategy: 'HASH', exchange: 'pipelined_bounded' },
      ],
      optimizer_properties: {},
    },
    {
      id: 'ca88eee0095684d687a1b6495617f957',
      parallelism: 2,
      operator: '',
      operator_strategy: '',
      description: 'Source: numbers<br/>+- throttle<br/>   +- stamp<br/>',
      optimizer_properties: {},
    },
  ],
};
