// Event-time windows over objects in one loop: `node windows.mjs --window tumble --n 6000000`. 100,000 events per second of
// event time, uniform keys, a watermark 1 s behind; emits (key, end, count, sum).
import { measure, options } from './measure.js';
import { fmix } from './nexmark-generator.js';

const { window, n, keys: K } = options({ window: 'tumble', n: 6_000_000, keys: 100_000 });
const keys = Array.from({ length: K }, (_, j) => `key-${String(j).padStart(10, '0')}`);
let last;

const panes = (size, slide, emit) => {
  const ws = new Map();
  let wm = -Infinity,
    at = Infinity;
  const fire = () => {
    for (const [end, m] of ws)
      if (end - 1 <= wm) {
        for (const [k, a] of m) {
          emit([k, end, a.n, a.s]);
        }
        ws.delete(end);
      }
    at = Infinity;
    for (const end of ws.keys()) at = Math.min(at, end);
  };
  const f = (e) => {
    for (let end = Math.floor(e.ts / slide) * slide + slide; end <= e.ts + size; end += slide) {
      let m = ws.get(end);
      if (m === undefined) {
        m = new Map();
        ws.set(end, m);
        if (end < at) at = end;
      }
      const a = m.get(e.user);
      if (a === undefined) m.set(e.user, { n: 1, s: e.amount });
      else {
        a.n++;
        a.s += e.amount;
      }
    }
    if (e.ts - 1001 > wm) {
      wm = e.ts - 1001;
      if (at - 1 <= wm) fire();
    }
  };
  f.end = () => {
    wm = Infinity;
    fire();
  };
  return f;
};
const jobs = {
  tumble: (emit) => panes(10000, 10000, emit),
  slide: (emit) => panes(60000, 10000, emit),
  session: (emit) => {
    const s = new Map();
    let wm = -Infinity,
      scan = -Infinity;
    const fire = () => {
      for (const [k, x] of s)
        if (x.end - 1 <= wm) {
          emit([k, x.end, x.n, x.s]);
          s.delete(k);
        }
    };
    const f = (e) => {
      const k = e.user;
      let x = s.get(k);
      if (x !== undefined && e.ts > x.end) {
        emit([k, x.end, x.n, x.s]);
        x = undefined;
      }
      if (x === undefined) s.set(k, { n: 1, s: e.amount, end: e.ts + 2000 });
      else {
        x.n++;
        x.s += e.amount;
        x.end = e.ts + 2000;
      }
      if (e.ts - 1001 > wm) {
        wm = e.ts - 1001;
        if (wm > scan + 1000) {
          scan = wm;
          fire();
        }
      }
    };
    f.end = () => {
      wm = Infinity;
      fire();
    };
    return f;
  },
};

await measure(() => {
  let out = 0;
  const take = jobs[window]((row) => {
    last = row;
    out++;
  });
  for (let i = 0; i < n; i++) {
    const j = Math.floor(((fmix(i) >>> 0) * K) / 4294967296);
    take({ id: i, user: keys[j], amount: (j & 1023) * 0.25, ts: 1700000000000 + Math.floor(i / 100) });
  }
  take.end?.();
  globalThis.last = last;
  return out;
});
