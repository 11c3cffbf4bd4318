// What does a window cost a record, beside the same windows written by hand in one loop?
// node test/bench/windows.bench.mjs [tumble|slide|session ...] after npm run build. 1e5 keys, 100,000 events a second of event time.
import { EventTimeSessionWindows, SlidingEventTimeWindows, TumblingEventTimeWindows, Types } from '../../dist/index.js';
import { createOperator } from '../../dist/operators/operator-factory.js';
import { HeapKeyedStateBackend } from '../../dist/state/heap-keyed-state-backend.js';
import { KeyTypeCell } from '../../dist/state/key-type-cell.js';

const KEYS = 100_000;
const EVENTS = Number(process.env.EVENTS ?? 3_000_000);
const ROUNDS = 4;
const BASE = 1_700_000_000_000;
const keys = Array.from({ length: KEYS }, (_, j) => `key-${String(j).padStart(10, '0')}`);

/** Mixes a number, so that keys come in no order. */
function mix(i) {
  let h = i | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function eventOf(i) {
  const j = Math.floor((mix(i) * KEYS) / 4294967296);
  return { id: i, user: keys[j], amount: (j & 1023) * 0.25, ts: BASE + Math.floor(i / 100) };
}

const ASSIGNERS = {
  tumble: () => TumblingEventTimeWindows.of(10_000),
  slide: () => SlidingEventTimeWindows.of(60_000, 10_000),
  session: () => EventTimeSessionWindows.withGap(2000),
};

const aggregate = {
  createAccumulator: () => ({ n: 0, s: 0 }),
  add(event, acc) {
    acc.n++;
    acc.s += event.amount;
    return acc;
  },
  getResult: (acc) => acc,
  merge(a, b) {
    a.n += b.n;
    a.s += b.s;
    return a;
  },
};

let emitted = 0;
let kept;

function engine(workload) {
  const assigner = ASSIGNERS[workload]();
  const operator = createOperator(
    { name: workload, spec: { type: 'window', fold: 'aggregate', call: 'process', allowedLateness: 0 }, keyed: [true] },
    {
      assigner,
      trigger: assigner.getDefaultTrigger(),
      fold: aggregate,
      function: {
        process(key, context, [acc], out) {
          out.collect([key, context.window().end, acc.n, acc.s]);
        },
      },
      keySelector: (event) => event.user,
      keyType: Types.STRING,
    },
  );
  const keyType = new KeyTypeCell({ declared: Types.STRING, maxParallelism: 128 });
  const backend = new HeapKeyedStateBackend({
    keyType,
    keyGroupRange: { first: 0, last: 127 },
    maxParallelism: 128,
    ttlNow: () => 0,
  });
  const context = {
    operatorName: workload,
    clock: { now: () => 0, register: () => ({ cancel() {} }) },
    isBatch: false,
    isRestored: false,
    keyedStateBackend: () => backend,
    counter: () => ({ inc() {}, value: 0 }),
  };
  const output = {
    isAvailable: true,
    collect(value) {
      kept = value;
      emitted++;
    },
    collectSide() {},
  };
  operator.setup(context, output);
  operator.initializeState();
  void operator.open();
  let watermark = Number.NEGATIVE_INFINITY;
  const advance = (to) => {
    while (operator.advanceWatermark(to) === 'AGAIN');
  };
  return {
    process(event) {
      operator.processElement(event, event.ts, -1);
      if (event.ts - 1001 <= watermark + 199) return;
      watermark = event.ts - 1001;
      advance(watermark);
    },
    end: () => advance(Number.POSITIVE_INFINITY),
  };
}

function byHand(workload) {
  if (workload === 'session') return sessionsByHand();
  const [size, slide] = workload === 'tumble' ? [10_000, 10_000] : [60_000, 10_000];
  const windows = new Map();
  let watermark = Number.NEGATIVE_INFINITY;
  let next = Number.POSITIVE_INFINITY;
  const fire = () => {
    for (const [end, byKey] of windows) {
      if (end - 1 > watermark) continue;
      for (const [key, acc] of byKey) {
        kept = [key, end, acc.n, acc.s];
        emitted++;
      }
      windows.delete(end);
    }
    next = Math.min(...windows.keys(), Number.POSITIVE_INFINITY);
  };
  return {
    process(event) {
      for (let end = Math.floor(event.ts / slide) * slide + slide; end <= event.ts + size; end += slide) {
        let byKey = windows.get(end);
        if (byKey === undefined) {
          byKey = new Map();
          windows.set(end, byKey);
          if (end < next) next = end;
        }
        const acc = byKey.get(event.user);
        if (acc === undefined) byKey.set(event.user, { n: 1, s: event.amount });
        else {
          acc.n++;
          acc.s += event.amount;
        }
      }
      if (event.ts - 1001 > watermark) {
        watermark = event.ts - 1001;
        if (next - 1 <= watermark) fire();
      }
    },
    end() {
      watermark = Number.POSITIVE_INFINITY;
      fire();
    },
  };
}

function sessionsByHand() {
  const sessions = new Map();
  let watermark = Number.NEGATIVE_INFINITY;
  let scanned = Number.NEGATIVE_INFINITY;
  const emit = (key, session) => {
    kept = [key, session.end, session.n, session.s];
    emitted++;
  };
  const fire = () => {
    for (const [key, session] of sessions) {
      if (session.end - 1 > watermark) continue;
      emit(key, session);
      sessions.delete(key);
    }
  };
  return {
    process(event) {
      let session = sessions.get(event.user);
      if (session !== undefined && event.ts > session.end) {
        emit(event.user, session);
        session = undefined;
      }
      if (session === undefined) sessions.set(event.user, { n: 1, s: event.amount, end: event.ts + 2000 });
      else {
        session.n++;
        session.s += event.amount;
        session.end = event.ts + 2000;
      }
      if (event.ts - 1001 > watermark) {
        watermark = event.ts - 1001;
        if (watermark > scanned + 1000) {
          scanned = watermark;
          fire();
        }
      }
    },
    end() {
      watermark = Number.POSITIVE_INFINITY;
      fire();
    },
  };
}

/** CPU nanoseconds a record, and results: the median of the rounds after the first. */
function measure(make, workload) {
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) {
    emitted = 0;
    const run = make(workload);
    const before = process.cpuUsage();
    for (let i = 0; i < EVENTS; i++) run.process(eventOf(i));
    run.end();
    const { user, system } = process.cpuUsage(before);
    if (round > 0) runs.push(((user + system) * 1000) / EVENTS);
  }
  runs.sort((a, b) => a - b);
  return { ns: runs[runs.length >> 1], emitted };
}

const asked = process.argv.slice(2);
const only = process.env.ONLY;
for (const workload of asked.length > 0 ? asked : Object.keys(ASSIGNERS)) {
  const hand = only === 'engine' ? { ns: Number.NaN, emitted: 0 } : measure(byHand, workload);
  const ours = only === 'hand' ? { ns: Number.NaN, emitted: 0 } : measure(engine, workload);
  const ratio = (ours.ns / hand.ns).toFixed(2);
  console.log(
    `${workload}: by hand ${hand.ns.toFixed(0)} ns (${hand.emitted}), operator ${ours.ns.toFixed(0)} ns (${ours.emitted}), ratio ${ratio}`,
  );
}
if (kept === undefined) throw new Error('nothing was put out');
