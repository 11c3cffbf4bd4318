// How a case is called on the Flink side, and by how much Flink's CPU time must exceed ours: with its defaults (deep copies
// between operators), and with object reuse.
const nexmark = (query, least, leastReuse) => [`nx-${query}`, { workload: `nx-${query}`, least, leastReuse }];

export const FLINK = new Map([
  ['chain-long', { workload: 'chain-long', least: 4, leastReuse: 3 }],
  ['chain-event', { workload: 'chain-event', least: 4, leastReuse: 1 }],
  ['count-1e5', { workload: 'count', options: { keys: 100_000 }, least: 2, leastReuse: 1.8 }],
  ['count-1e6', { workload: 'count', options: { keys: 1_000_000 }, least: 2, leastReuse: 1.8 }],
  ['count-1e5-p2', { workload: 'count', options: { keys: 100_000 }, least: 1.3 }],
  ['wordcount', { workload: 'wordcount', least: 2 }],
  ['ndjson', { workload: 'ndjson', least: 1.5 }],
  ['tumble', { workload: 'tumble', options: { keys: 100_000 }, least: 2.5 }],
  ['slide', { workload: 'slide', options: { keys: 100_000 }, least: 6 }],
  ['session', { workload: 'session', options: { keys: 100_000 }, least: 12 }],
  nexmark('gen'),
  nexmark('q0', 2.2),
  nexmark('q1', 2.2),
  nexmark('q2', 2.2),
  nexmark('q3', 2.2),
  nexmark('q8', 2.2),
  nexmark('q5', 4, 3.5),
  nexmark('q7', 2.8),
  nexmark('q11', 4.5),
]);
