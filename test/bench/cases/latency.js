// Latency at 50,000 records a second through a shuffle; there is no loop to compare with.
const value = (bucket) =>
  bucket < 64 ? bucket : 2 ** (Math.floor(bucket / 64) + 5) * (1 + ((bucket % 64) + 0.5) / 64);

/** Percentiles in ms of the histograms that the subtasks printed. */
function percentiles(output) {
  const all = new Map();
  for (const [, json] of output.matchAll(/^bench-histogram (.*)$/gm)) {
    for (const [bucket, count] of JSON.parse(json)) all.set(bucket, (all.get(bucket) ?? 0) + count);
  }
  const sorted = [...all].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  const at = (share) => {
    let seen = 0;
    for (const [bucket, count] of sorted) {
      seen += count;
      if (seen >= total * share) return Number((value(bucket) / 1000).toFixed(3));
    }
    return 0;
  };
  return { p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99), p999_ms: at(0.999), max_ms: at(1) };
}

export default [
  {
    name: 'latency',
    job: 'latency',
    p: 2,
    args: { n: 750_000 },
    settings: ['-Dexecution.buffer-timeout.interval=1ms'],
    expected: 750_000,
    extra: percentiles,
  },
];
