// The same work in one loop over one Map.
const [n, keys] = [Number(process.argv[3] ?? 10_000_000), Number(process.argv[5] ?? 100_000)];
const fmix32 = (h) => {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};
const table = Array.from({ length: keys }, (_, j) => `key-${String(j).padStart(10, '0')}`);
const counts = new Map();
let out = 0;
for (let i = 0; i < n; i++) {
  const key = table[Math.floor((fmix32(i) * keys) / 4294967296)];
  counts.set(key, (counts.get(key) ?? 0) + 1);
  out++;
}
console.log(`bench-out ${out}`);
