// The same work in one loop.
import { measure, options } from './measure.js';
import { fmix } from './nexmark-generator.js';

const { n } = options({ n: 15_000_000 });
const USERS = 1000;
const users = Array.from({ length: USERS }, (_, j) => `key-${String(j).padStart(10, '0')}`);
const make = (i) => {
  const j = Math.floor(((fmix(i) >>> 0) * USERS) / 4294967296);
  return { id: i, user: users[j], amount: (j & 1023) * 0.25, ts: 1_700_000_000_000 + Math.floor(i / 100) };
};
const raise = (e) => ({ id: e.id, user: e.user, amount: e.amount * 1.1, ts: e.ts });

await measure(() => {
  let out = 0;
  let last;
  for (let i = 0; i < n; i++) {
    const e = make(i);
    if (e.amount >= 64) {
      last = raise(e);
      out++;
    }
  }
  globalThis.last = last;
  return out;
});
