// One Nexmark query in one loop: `node nexmark.mjs --query q5 --n 3000000`.
import { measure, options } from './measure.js';
import { generator } from './nexmark-generator.js';
import { queries } from './nexmark-queries.js';

const { query, n } = options({ query: 'q0', n: 3_000_000 });
const RATE = 100_000;
let last;

await measure(() => {
  let out = 0;
  const make = generator(n, 1000 / RATE);
  const take = queries[query]((row) => {
    last = row;
    out++;
  });
  for (let i = 0; i < n; i++) {
    const e = make(i);
    take(e, e.type === 2 ? e.bid.ts : e.type === 1 ? e.auction.ts : e.person.ts);
  }
  take.end?.();
  globalThis.last = last;
  return out;
});
