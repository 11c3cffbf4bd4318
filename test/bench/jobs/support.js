// What the benchmark jobs share: arguments, the key table, and a sink that counts and says how much it got.
import { createSink } from 'flink-ts';

/** `--name value` pairs as an object of numbers. */
export function numbers(args, defaults) {
  const values = { ...defaults };
  for (let i = 0; i < args.length; i += 2) values[args[i].slice(2)] = Number(args[i + 1]);
  return values;
}

/** murmur3's finaliser: spreads the low 32 bits. */
export function fmix32(h) {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function pick(i, keys) {
  return Math.floor((fmix32(i) * keys) / 4294967296);
}

export function keyTable(keys) {
  return Array.from({ length: keys }, (_, j) => `key-${String(j).padStart(10, '0')}`);
}

/** Counts and drops; each subtask prints `bench-out <n>` when it is closed. */
export function countingSink() {
  return createSink({
    open: () => ({ count: 0 }),
    write(_value, state) {
      state.count++;
    },
    close(state) {
      console.log(`bench-out ${state.count}`);
    },
  });
}
