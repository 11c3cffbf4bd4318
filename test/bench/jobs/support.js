// What the benchmark jobs share: arguments, the key table, and a sink that counts and says how much it got.
import { createSink } from 'flink-ts';

/** `--name value` pairs as an object; what looks like a number is one. */
export function numbers(args, defaults) {
  const values = { ...defaults };
  for (let i = 0; i < args.length; i += 2) {
    const number = Number(args[i + 1]);
    values[args[i].slice(2)] = Number.isNaN(number) ? args[i + 1] : number;
  }
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

/** Seconds on the clock of the machine, CPU seconds of the whole process. */
function clock() {
  const { user, system } = process.cpuUsage();
  return [Number(process.hrtime.bigint()) / 1e9, (user + system) / 1e6];
}

/**
 * Counts and drops. Each subtask prints, when it is closed, `bench-out <n>` and `bench-clock <wall and CPU at open> <wall and
 * CPU at close> <peak MB>`: the work lies between the first open and the last close, as in the measured Flink jobs.
 */
export function countingSink() {
  return createSink({
    open: () => ({ count: 0, opened: clock() }),
    write(_value, state) {
      state.count++;
    },
    close(state) {
      const peak = Math.round(process.resourceUsage().maxRSS / 1024);
      console.log(`bench-clock ${[...state.opened, ...clock(), peak].join(' ')}`);
      console.log(`bench-out ${state.count}`);
    },
  });
}

/** A map function that counts, and says the same as the sink: for jobs that end in a real one. */
export function countingMap(step) {
  let count = 0;
  let opened = [0, 0];
  return {
    open() {
      opened = clock();
    },
    map(value) {
      count++;
      return step(value);
    },
    close() {
      const peak = Math.round(process.resourceUsage().maxRSS / 1024);
      console.log(`bench-clock ${[...opened, ...clock(), peak].join(' ')}`);
      console.log(`bench-out ${count}`);
    },
  };
}
