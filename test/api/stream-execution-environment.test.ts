import { describe, expect, it } from 'vitest';
import { type Executor, type Program, setExecutor } from '../../src/api/executor.js';
import { RestartStrategies } from '../../src/api/restart-strategies.js';
import { StreamExecutionEnvironment } from '../../src/api/stream-execution-environment.js';
import { programOf } from '../golden/operator-id-cases.js';

describe('the environment', () => {
  it('stores the settings of checkpoints as options of Flink', () => {
    const { configuration } = programOf((env) => {
      env.enableCheckpointing(500, 'AT_LEAST_ONCE').fromSequence(1, 2).print();
      env
        .getCheckpointConfig()
        .setCheckpointTimeout(60_000)
        .setMinPauseBetweenCheckpoints(100)
        .setMaxConcurrentCheckpoints(2)
        .setTolerableCheckpointFailureNumber(3)
        .setNumRetainedCheckpoints(4)
        .setExternalizedCheckpointRetention('RETAIN_ON_CANCELLATION')
        .setCheckpointStorage('/tmp/checkpoints')
        .enableIncrementalCheckpoints()
        .enableUnalignedCheckpoints()
        .setAlignedCheckpointTimeout(30)
        .setCheckpointIntervalDuringBacklog(0)
        .enableCheckpointsAfterTasksFinish(false);
    });

    expect(configuration).toEqual({
      'execution.checkpointing.interval': '500 ms',
      'execution.checkpointing.mode': 'AT_LEAST_ONCE',
      'execution.checkpointing.timeout': '60000 ms',
      'execution.checkpointing.min-pause': '100 ms',
      'execution.checkpointing.max-concurrent-checkpoints': '2',
      'execution.checkpointing.tolerable-failed-checkpoints': '3',
      'execution.checkpointing.num-retained': '4',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      'execution.checkpointing.dir': '/tmp/checkpoints',
      'execution.checkpointing.incremental': 'true',
      'execution.checkpointing.unaligned.enabled': 'true',
      'execution.checkpointing.aligned-checkpoint-timeout': '30 ms',
      'execution.checkpointing.interval-during-backlog': '0 ms',
      'execution.checkpointing.checkpoints-after-tasks-finish': 'false',
    });
  });

  it.each([
    [RestartStrategies.noRestart(), { 'restart-strategy.type': 'none' }],
    [
      RestartStrategies.fixedDelayRestart(3, 10),
      {
        'restart-strategy.type': 'fixed-delay',
        'restart-strategy.fixed-delay.attempts': '3',
        'restart-strategy.fixed-delay.delay': '10 ms',
      },
    ],
    [
      RestartStrategies.exponentialDelayRestart({ initialBackoffMs: 5, backoffMultiplier: 1.5 }),
      {
        'restart-strategy.type': 'exponential-delay',
        'restart-strategy.exponential-delay.initial-backoff': '5 ms',
        'restart-strategy.exponential-delay.backoff-multiplier': '1.5',
      },
    ],
  ])('stores a restart strategy as options of Flink', (strategy, options) => {
    const { configuration } = programOf((env) => {
      env.setRestartStrategy(strategy).fromSequence(1, 2).print();
    });

    expect(configuration).toEqual(options);
  });

  it('begins with the options of the command, and lets the program beat them', () => {
    const seen: number[] = [];
    const program = programOf(
      (env) => {
        seen.push(env.getParallelism());
        env.setParallelism(2);
        seen.push(env.getParallelism());
        env.fromSequence(1, 2).print();
      },
      { 'parallelism.default': '7' },
    );

    expect(seen).toEqual([7, 2]);
    expect(program.configuration).toEqual({ 'parallelism.default': '2' });
  });

  it('gives its parallelism to operators that are added afterwards', () => {
    const { transformations } = programOf((env) => {
      const before = env.fromSequence(1, 2);
      env.setParallelism(3);
      before.map((n) => n);
    });

    expect(transformations.map((node) => 'settings' in node && node.settings.parallelism)).toEqual([undefined, 3]);
  });

  it('names the job by execute, else by the option, else as Flink does', async () => {
    const names: string[] = [];
    setExecutor(recordingExecutor((program) => names.push(program.jobName)));
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    await env.execute();
    env.configure({ 'pipeline.name': 'configured' });
    await env.execute();
    await env.execute('given');

    expect(names).toEqual(['Flink Streaming Job', 'configured', 'given']);
  });

  it('begins anew after each execution, and keeps streams usable', async () => {
    const programs: Program[] = [];
    setExecutor(recordingExecutor((program) => programs.push(program)));
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const source = env.fromSequence(1, 2);
    source.print();
    await env.execute();
    source.map((n) => n);
    await env.execute();

    expect(programs.map(({ transformations }) => transformations.map(({ id }) => id))).toEqual([
      [1, 2],
      [1, 3],
    ]);
  });

  it('collects as many records as were asked for', async () => {
    setExecutor({
      ...recordingExecutor(() => {}),
      collect: async function* () {
        yield* [1, 2, 3];
      },
    });
    const env = StreamExecutionEnvironment.getExecutionEnvironment();

    expect(await env.fromData([1, 2, 3]).executeAndCollect(2)).toEqual([1, 2]);
  });

  it.each([
    [(env: StreamExecutionEnvironment) => env.setParallelism(0), /parallelism of the environment must be at least 1/],
    [(env: StreamExecutionEnvironment) => env.setMaxParallelism(32_769), /out of bounds 0 < maxParallelism <= 32768/],
    [
      (env: StreamExecutionEnvironment) => env.enableCheckpointing(5),
      /Checkpoint interval must be larger than or equal to 10 ms/,
    ],
    [(env: StreamExecutionEnvironment) => env.setBufferTimeout(-2), /buffer timeout/],
    [(env: StreamExecutionEnvironment) => env.fromSequence(0.5, 2), /two safe integers/],
  ])('refuses what cannot be', (set, message) => {
    expect(() => set(StreamExecutionEnvironment.getExecutionEnvironment())).toThrow(message);
  });
});

function recordingExecutor(record: (program: Program) => void): Executor {
  return {
    configuration: {},
    submit: async (program) => {
      record(program);
      return {
        jobId: '0',
        getJobStatus: async () => 'FINISHED',
        cancel: async () => {},
        getJobExecutionResult: async () => ({ jobId: '0', netRuntime: 1, accumulators: new Map() }),
      };
    },
  };
}
