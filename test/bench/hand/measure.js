// Runs a loop once to warm up and once for the record; prints what the bench reads: counts, and wall and CPU time of the second run.
export async function measure(work) {
  await work();
  const wall = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  const out = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = Number(process.hrtime.bigint() - wall) / 1e9;
  console.log(`bench-hand ${seconds} ${(user + system) / 1e6} ${Math.round(process.resourceUsage().maxRSS / 1024)}`);
  console.log(`bench-out ${out}`);
}

/** `--name value` pairs; what looks like a number is one. */
export function options(defaults) {
  const values = { ...defaults };
  for (let i = 2; i + 1 < process.argv.length; i += 2) {
    const text = process.argv[i + 1];
    values[process.argv[i].slice(2)] = Number.isNaN(Number(text)) ? text : Number(text);
  }
  return values;
}
