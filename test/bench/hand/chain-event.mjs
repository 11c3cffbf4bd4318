// The same work in one loop.
const n = Number(process.argv[3] ?? 15_000_000);
const fmix32 = (h) => {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};
const make = (i) => {
  const h = fmix32(i);
  return { id: i, user: h % 1000, amount: (h >>> 8) & 255, ts: i * 10 };
};
const raise = (e) => ({ id: e.id, user: e.user, amount: e.amount * 1.1, ts: e.ts });
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
console.log(`bench-out ${out}`);
