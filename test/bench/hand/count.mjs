// The same work in one loop over one Map.
import { measure, options } from './measure.js';
import { fmix } from './nexmark-generator.js';

const { n, keys } = options({ n: 10_000_000, keys: 100_000 });
const table = Array.from({ length: keys }, (_, j) => `key-${String(j).padStart(10, '0')}`);

await measure(() => {
  const counts = new Map();
  let out = 0;
  for (let i = 0; i < n; i++) {
    const key = table[Math.floor(((fmix(i) >>> 0) * keys) / 4294967296)];
    counts.set(key, (counts.get(key) ?? 0) + 1);
    out++;
  }
  globalThis.last = counts;
  return out;
});
