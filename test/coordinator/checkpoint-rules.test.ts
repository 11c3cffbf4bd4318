import { describe, expect, it } from 'vitest';
import { type CheckpointFailureReason, CheckpointFailures } from '../../src/coordinator/checkpoint-failures.js';
import { checkUnionState } from '../../src/coordinator/checkpoint-plan.js';
import {
  type CheckpointRequest,
  type CheckpointRequestLimits,
  CheckpointRequests,
} from '../../src/coordinator/checkpoint-requests.js';
import {
  type CompletedCheckpoint,
  CompletedCheckpoints,
  discardPolicy,
} from '../../src/coordinator/completed-checkpoints.js';
import { JobStatusTracker, mayMove } from '../../src/coordinator/job-status.js';
import type { JobVertex } from '../../src/graph/job-graph.js';
import type { OperatorSubtaskState } from '../../src/snapshot/state-handle.js';
import { ManualClock } from '../support/manual-clock.js';

type Named = CheckpointRequest & { readonly name: string };

function harness(limits: Partial<CheckpointRequestLimits> & { busy?: boolean } = {}) {
  const rejected: string[] = [];
  const state = { pending: 0, delays: [] as number[] };
  const clock = new ManualClock(1000);
  const queue = new CheckpointRequests<Named>({
    maxConcurrent: 1,
    minPauseMs: 0,
    clock,
    pending: () => state.pending,
    cleaning: () => 0,
    onTooEarly: (delay) => state.delays.push(delay),
    ...limits,
  });
  const request = (name: string): Named => ({
    name,
    kind: name.includes('savepoint') ? 'savepoint' : 'checkpoint',
    isPeriodic: name.startsWith('periodic'),
    isForced: name.startsWith('forced'),
    reject: (reason) => rejected.push(`${name}: ${reason}`),
  });
  return { queue, request, rejected, state, clock };
}

describe('checkpoint requests', () => {
  it.each([
    ['CC-001', 'periodic checkpoint'],
    ['CC-002', 'user savepoint'],
  ])('%s: a request waits while too many are pending, and starts afterwards', (_, name) => {
    const { queue, request, state } = harness();
    state.pending = 1;

    const atOnce = queue.submit(request(name), false, 0);
    state.pending = 0;
    const later = queue.poll(false, 0);

    expect(atOnce).toBeUndefined();
    expect(later?.name).toBe(name);
  });

  it.each([
    [
      ['periodic checkpoint', 'savepoint'],
      ['savepoint', 'periodic checkpoint'],
    ],
    [
      ['periodic savepoint', 'user savepoint'],
      ['user savepoint', 'periodic savepoint'],
    ],
  ])('CC-004: of %j the order is %j', (names, expected) => {
    const { queue, request, state } = harness();
    state.pending = 1;
    for (const name of names) queue.submit(request(name), false, 0);

    state.pending = 0;
    const order = [queue.poll(false, 0)?.name, queue.poll(false, 0)?.name];

    expect(order).toEqual(expected);
  });

  it('CC-005: the queue is bounded', () => {
    const { queue, request, rejected, state } = harness({ maxQueued: 10 });
    state.pending = 1;

    for (let i = 0; i < 11; i++) queue.submit(request('periodic checkpoint'), false, 0);

    expect(rejected).toEqual(['periodic checkpoint: TOO_MANY_CHECKPOINT_REQUESTS']);
  });

  it.each([
    ['forced savepoint', true],
    ['periodic savepoint', true],
    ['user savepoint', true],
    ['periodic checkpoint', false],
    ['manual checkpoint', true],
  ])('CC-007: within the pause a %s starts: %s', (name, starts) => {
    const { queue, request, rejected, state, clock } = harness({ minPauseMs: 10 });

    const started = queue.submit(request(name), false, clock.now());

    expect(started !== undefined).toBe(starts);
    expect(rejected).toEqual(starts ? [] : [`${name}: MINIMUM_TIME_BETWEEN_CHECKPOINTS`]);
    expect(state.delays).toEqual(starts ? [] : [10]);
  });
});

describe('checkpoint failures', () => {
  const failuresOf = (tolerable: number, events: readonly (readonly [number, CheckpointFailureReason])[]) => {
    let count = 0;
    const failures = new CheckpointFailures(tolerable, () => count++);
    for (const [id, reason] of events) failures.onFailure(id, reason);
    return count;
  };

  it('CC-010: more than the tolerable number in a row fails the job', () => {
    const declined = 'CHECKPOINT_DECLINED';

    expect(
      failuresOf(2, [
        [1, declined],
        [2, declined],
        [3, 'JOB_FAILOVER_REGION'],
        [4, declined],
      ]),
    ).toBe(1);
  });

  it('CC-012: one checkpoint counts once', () => {
    const declined = 'CHECKPOINT_DECLINED';

    expect(
      failuresOf(2, [
        [1, declined],
        [2, declined],
        [3, 'JOB_FAILOVER_REGION'],
        [2, declined],
      ]),
    ).toBe(0);
  });

  it('CC-013: only some reasons count', () => {
    const counted = [
      'CHECKPOINT_DECLINED',
      'CHECKPOINT_EXPIRED',
      'CHECKPOINT_ASYNC_EXCEPTION',
      'IO_EXCEPTION',
    ] as const;
    const ignored = [
      'CHECKPOINT_SUBSUMED',
      'TOO_MANY_CHECKPOINT_REQUESTS',
      'MINIMUM_TIME_BETWEEN_CHECKPOINTS',
      'NOT_ALL_REQUIRED_TASKS_RUNNING',
      'JOB_FAILOVER_REGION',
      'CHECKPOINT_DECLINED_SUBSUMED',
      'CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER',
      'CHECKPOINT_DECLINED_INPUT_END_OF_STREAM',
      'CHECKPOINT_COORDINATOR_SUSPEND',
      'TASK_FAILURE',
      'TRIGGER_CHECKPOINT_FAILURE',
      'FINALIZE_CHECKPOINT_FAILURE',
    ] as const;

    for (const reason of counted) expect(failuresOf(0, [[1, reason]]), reason).toBe(1);
    for (const reason of ignored) expect(failuresOf(0, [[1, reason]]), reason).toBe(0);
  });

  it('forgets failures when a checkpoint succeeds', () => {
    let count = 0;
    const failures = new CheckpointFailures(1, () => count++);

    failures.onFailure(1, 'CHECKPOINT_DECLINED');
    failures.onSuccess(2);
    failures.onFailure(1, 'CHECKPOINT_EXPIRED');
    failures.onFailure(3, 'CHECKPOINT_DECLINED');

    expect(count).toBe(0);
  });
});

describe('completed checkpoints', () => {
  const entry = (checkpointId: number, kind: string): CompletedCheckpoint => ({
    checkpointId,
    kind: kind === 'cp' ? 'checkpoint' : 'savepoint',
    isStop: kind === 'stop',
    timestamp: 0,
    directory: `/chk-${checkpointId}`,
    metadata: { version: 3, checkpointId, masterStates: [], operators: [] },
    sharedFiles: [],
    isOwned: kind === 'cp',
  });

  it('CC-020: what is deleted when', () => {
    const policy = (subsumed: boolean, finished: boolean, cancelled: boolean, failed: boolean, suspended: boolean) => ({
      subsumed,
      finished,
      cancelled,
      failed,
      suspended,
    });

    expect(discardPolicy('DELETE_ON_CANCELLATION')).toEqual(policy(true, true, true, false, true));
    expect(discardPolicy('RETAIN_ON_CANCELLATION')).toEqual(policy(true, true, false, false, false));
    expect(discardPolicy('savepoint')).toEqual(policy(false, false, false, false, false));
  });

  it('CC-021: the newest are retained', () => {
    const store = new CompletedCheckpoints(1);

    const discarded = [0, 1, 2, 3].map((id) => store.add(entry(id, 'cp')).map((each) => each.checkpointId));

    expect(discarded).toEqual([[], [0], [1], [2]]);
    expect(store.newest?.checkpointId).toBe(3);
  });

  it('CC-023: at least one must be retained', () => {
    expect(() => new CompletedCheckpoints(0)).toThrow('Must at least retain one checkpoint');
  });

  it.each([
    [
      [
        [1, 'cp'],
        [2, 'cp'],
        [3, 'cp'],
      ],
      1,
      [3],
      [1, 2],
    ],
    [
      [
        [1, 'cp'],
        [2, 'sp'],
      ],
      1,
      [1, 2],
      [],
    ],
    [
      [
        [1, 'cp'],
        [2, 'sp'],
        [3, 'sp'],
      ],
      1,
      [1, 3],
      [2],
    ],
    [
      [
        [1, 'cp'],
        [2, 'stop'],
      ],
      1,
      [2],
      [1],
    ],
    [
      [
        [1, 'sp'],
        [2, 'cp'],
        [3, 'sp'],
        [4, 'cp'],
      ],
      2,
      [3, 4],
      [1, 2],
    ],
  ] as const)('CC-024: of %j with %i retained stay %j', (entries, retained, kept, subsumed) => {
    const store = new CompletedCheckpoints(retained);

    const gone = entries.flatMap(([id, kind]) => store.add(entry(id, kind)).map((each) => each.checkpointId));

    expect(store.all.map((each) => each.checkpointId)).toEqual(kept);
    expect(gone.sort()).toEqual(subsumed);
  });
});

describe('union list state and finished tasks', () => {
  const vertex = { id: 'v', name: 'union', parallelism: 2 } as unknown as JobVertex;
  const state: OperatorSubtaskState = {
    managedOperator: {
      states: [{ name: 's', mode: 'UNION', offsets: [0] }],
      stream: { kind: 'inline', name: 'n', bytes: new Uint8Array(1) },
    },
  };

  it('CC-030: a checkpoint fails when a part of the tasks has finished', () => {
    expect(() => checkUnionState(vertex, [state], { tasks: 1, operators: 0 })).toThrow(
      'has used UnionListState, but part of its tasks are FINISHED',
    );
  });

  it("CC-031: a checkpoint fails when a part of the tasks has called operators' finish", () => {
    expect(() => checkUnionState(vertex, [state], { tasks: 0, operators: 1 })).toThrow(
      "part of its tasks has called operators' finish method",
    );
    expect(() => checkUnionState(vertex, [state], { tasks: 0, operators: 2 })).not.toThrow();
    expect(() => checkUnionState(vertex, [state], { tasks: 0, operators: 0 })).not.toThrow();
  });
});

describe('the state of a job', () => {
  it('moves as Flink allows it, and remembers when', () => {
    const clock = new ManualClock(5);
    const moves: string[] = [];
    const tracker = new JobStatusTracker(clock, (from, to) => moves.push(`${from}>${to}`));

    clock.advance(1);
    tracker.moveTo('CREATED');
    tracker.moveTo('RUNNING');
    clock.advance(1);
    tracker.moveTo('FINISHED');

    expect(moves).toEqual(['INITIALIZING>CREATED', 'CREATED>RUNNING', 'RUNNING>FINISHED']);
    expect([tracker.startTime, tracker.timestampOf('RUNNING'), tracker.endTime]).toEqual([5, 6, 7]);
    expect(mayMove('FINISHED', 'RUNNING')).toBe(false);
    expect(() => tracker.moveTo('RUNNING')).toThrow('a job moves from FINISHED to RUNNING');
  });
});
