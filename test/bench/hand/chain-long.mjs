// The same work in one loop.
import { measure, options } from './measure.js';

const { n } = options({ n: 60_000_000 });
const m1 = (x) => x * 31 + 7;
const keep = (x) => x % 4 !== 0;
const m2 = (x) => x - Math.floor(x / 8);

await measure(() => {
  let out = 0;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const x = m1(i);
    if (keep(x)) {
      sum += m2(x);
      out++;
    }
  }
  globalThis.sum = sum;
  return out;
});
