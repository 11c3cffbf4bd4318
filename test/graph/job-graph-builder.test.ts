import { describe, expect, it } from 'vitest';
import type { Sink } from '../../src/api/connector.js';
import { type Collector, ProcessFunction } from '../../src/api/functions.js';
import { OutputTag } from '../../src/api/output-tag.js';
import { DiscardingSink } from '../../src/connectors/discarding-sink.js';
import { defaultMaxParallelism } from '../../src/graph/graph-settings.js';
import { buildJobGraph, collectFunctions, compileProgram } from '../../src/graph/job-graph-builder.js';
import { operatorIdOfUid } from '../../src/graph/operator-id.js';
import { jobPlan } from '../../src/graph/plan-json.js';
import * as keyGroups from '../../src/state/key-groups.js';
import { graphOf, programOf } from '../golden/operator-id-cases.js';

const same = (value: number): number => value;

/** A sink with two phases. */
const TWO_PHASE: Sink<unknown, unknown, unknown> = {
  createWriter: () => ({ write() {}, flush() {}, close() {} }),
  createCommitter: () => ({ commit() {}, close() {} }),
};

class Split extends ProcessFunction<number, number> {
  override processElement(_n: number, _ctx: unknown, _out: Collector<number>): void {}
}

describe('a job graph', () => {
  it('is plain data that a thread can be sent', () => {
    const graph = graphOf((env) => {
      env.fromSequence(1, 9).keyBy(same).sum(0).sinkTo(new DiscardingSink()).uid('out');
    });

    expect(structuredClone(graph)).toEqual(graph);
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
  });

  it('expands a sink into a writer and a committer, whose uid is derived from the sink', () => {
    const graph = graphOf((env) => {
      env.fromSequence(1, 9).sinkTo(TWO_PHASE).name('out').uid('sink');
    });

    const operators = graph.vertices.flatMap((vertex) => vertex.operators);
    expect(graph.vertices[0]?.name).toBe('Source: Sequence Source -> out: Writer -> out: Committer');
    expect(operators.map(({ nodeId }) => nodeId)).toEqual([1, 3, 5]);
    expect(operators.map(({ uid }) => uid)).toEqual([undefined, 'sink', 'Sink Committer: sink']);
    expect(operators[1]?.operatorId).toBe(operatorIdOfUid('sink'));
  });

  it('gives a sink without a name the one that Flink gives it', () => {
    const graph = graphOf((env) => {
      env.fromSequence(1, 9).sinkTo(new DiscardingSink());
    });

    expect(graph.vertices[0]?.name).toBe('Source: Sequence Source -> Sink: Writer');
  });

  it('puts side outputs, partitions and unions on edges', () => {
    const graph = graphOf((env) => {
      const split = env.fromSequence(1, 9).process(new Split()).name('split');
      const odd = split.getSideOutput(new OutputTag<number>('odd'));
      odd.rebalance().union(split.broadcast()).map(same).name('both');
      odd.map(same).name('chained');
    });

    expect(
      graph.edges.map(({ partitioner, sideOutput, targetInput }) => ({ partitioner, sideOutput, targetInput })),
    ).toEqual([
      { partitioner: 'REBALANCE', sideOutput: 'odd', targetInput: 0 },
      { partitioner: 'BROADCAST', sideOutput: undefined, targetInput: 0 },
    ]);
    const split = graph.vertices[0]?.operators.find(({ name }) => name === 'split');
    expect(split?.chainedTo).toEqual([{ nodeId: expect.any(Number), sideOutput: 'odd' }]);
  });

  it('numbers the inputs of a connected operator, and says which are keyed', () => {
    const graph = graphOf((env) => {
      const first = env.fromSequence(1, 9).keyBy(same);
      const second = env.fromSequence(1, 9).keyBy(same);
      first.connect(second).map({ map1: same, map2: same });
    });

    expect(graph.edges.map(({ targetInput }) => targetInput)).toEqual([0, 1]);
    expect(graph.vertices.at(-1)?.operators[0]?.keyed).toEqual([true, true]);
  });

  it('lists vertices so that every edge goes forward', () => {
    const graph = graphOf((env) => {
      const a = env.fromSequence(1, 9);
      const b = env.fromSequence(1, 9).rebalance().map(same);
      const c = a.union(b).map(same);
      c.connect(a.rebalance().map(same)).map({ map1: same, map2: same });
    });

    const place = new Map(graph.vertices.map(({ id }, i) => [id, i]));
    for (const edge of graph.edges) {
      expect(place.get(edge.sourceVertex)).toBeLessThan(place.get(edge.targetVertex) ?? -1);
    }
  });

  it('keeps operators of different slot sharing groups apart, and hands the group on', () => {
    const graph = graphOf((env) => {
      env.fromSequence(1, 9).map(same).slotSharingGroup('heavy').map(same).map(same).slotSharingGroup('default');
    });

    expect(graph.vertices.map(({ slotSharingGroup }) => slotSharingGroup)).toEqual(['default', 'heavy', 'default']);
  });

  it('takes buffer timeouts from the operator that sends, else from the job', () => {
    const graph = graphOf((env) => {
      env.setBufferTimeout(-1);
      env.fromSequence(1, 9).rebalance().map(same).setBufferTimeout(0).rebalance().map(same);
    });

    expect(graph.edges.map(({ bufferTimeout }) => bufferTimeout).sort()).toEqual([-1, 0]);
  });

  it('derives the maximum parallelism as the state does', () => {
    for (const parallelism of [1, 2, 85, 86, 100, 127, 128, 171, 300, 20_000, 32_768]) {
      expect(defaultMaxParallelism(parallelism)).toBe(keyGroups.defaultMaxParallelism(parallelism));
    }
  });

  it('says whether the program set the maximum parallelism', () => {
    const graph = graphOf((env) => {
      env.fromSequence(1, 9).rebalance().map(same).setMaxParallelism(64);
    });

    expect(graph.vertices.map((v) => [v.maxParallelism, v.maxParallelismConfigured])).toEqual([
      [128, false],
      [64, true],
    ]);
  });

  it('names and describes vertices as the options say', () => {
    const graph = graphOf((env) => {
      env.configure({
        'pipeline.vertex-name-include-index-prefix': true,
        'pipeline.vertex-description-mode': 'CASCADING',
      });
      const numbers = env.fromSequence(1, 9).name('a');
      numbers.map(same).name('b');
      numbers.map(same).name('c');
    });

    expect(graph.vertices[0]?.name).toBe('[vertex-0]Source: a -> (b, c)');
    expect(jobPlan('0', graph).nodes[0]?.description).toBe('Source: a -&gt; (b, c)');
  });

  it('is a batch job when it must be, or may be', () => {
    const program = programOf((env) => {
      env.setRuntimeMode('AUTOMATIC').fromSequence(1, 9).print();
    });

    expect(buildJobGraph(program).jobType).toBe('BATCH');
  });
});

describe('the functions of a program', () => {
  it('are found by the ids of nodes and partitions, also the parts of a sink', () => {
    const selector = (n: number) => n % 3;
    const program = programOf((env) => {
      env
        .fromSequence(1, 9)
        .keyBy(selector)
        .reduce((a, b) => a + b)
        .sinkTo(TWO_PHASE);
    });

    const { jobGraph, functions } = compileProgram(program, { 'parallelism.default': '4' });

    const nodes = jobGraph.vertices.flatMap(({ operators }) => operators);
    expect(nodes.every(({ nodeId }) => functions.has(nodeId))).toBe(true);
    expect(functions.get(jobGraph.edges[0]?.partitionNode ?? -1)?.keySelector).toBe(selector);
    expect(nodes.filter(({ nodeId }) => functions.get(nodeId)?.sink === TWO_PHASE)).toHaveLength(2);
    expect([...collectFunctions(program.transformations)]).toEqual([...functions]);
  });
});

describe('a program that cannot run', () => {
  it.each([
    [
      'has no operator',
      'NO_SINK',
      /^No operators defined in streaming topology\. Cannot execute\.$/,
      () => graphOf(() => {}),
    ],
    ['only has a source', 'NO_SINK', /No operators defined/, () => graphOf((env) => void env.fromSequence(1, 2))],
    [
      'gives two operators one uid',
      'DUPLICATE_UID',
      /"x": operators "Map" and "Sink: Writer" both have it/,
      () => graphOf((env) => void env.fromSequence(1, 2).map(same).uid('x').sinkTo(new DiscardingSink()).uid('x')),
    ],
    [
      'forwards between different parallelisms',
      'GRAPH_INVALID',
      /Upstream operation: Source: Sequence Source-1 parallelism: 1, downstream operation: Map-3 parallelism: 2/,
      () => graphOf((env) => void env.fromSequence(1, 2).forward().map(same).setParallelism(2)),
    ],
    [
      'has a parallelism above its maximum',
      'GRAPH_INVALID',
      /^Vertex Source: gen -> keep's parallelism \(4\) is higher than the max parallelism \(2\)\. Please lower/,
      () =>
        graphOf((env) => {
          env.setParallelism(4).setMaxParallelism(2).fromSequence(1, 2).name('gen').map(same).name('keep');
        }),
    ],
    [
      'has an operator without a uid where uids are asked for',
      'GRAPH_INVALID',
      /no UID or hash has been assigned to operator Sink: Print to Std. Out$/,
      () =>
        graphOf((env) => {
          env.configure({ 'pipeline.auto-generate-uids': false }).fromSequence(1, 2).uid('source').print();
        }),
    ],
    [
      'has an option that does not parse',
      'CONFIG_INVALID',
      /^Could not parse value 'maybe' for key 'pipeline\.operator-chaining\.enabled'\.$/,
      () =>
        graphOf(
          (env) => void env.configure({ 'pipeline.operator-chaining.enabled': 'maybe' }).fromSequence(1, 2).print(),
        ),
    ],
  ])('%s is refused by name', (_what, code, message, build) => {
    expect(build).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
