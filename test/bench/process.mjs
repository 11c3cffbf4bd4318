// What processes cost beside records: `node test/bench/process.mjs`. CPU of `list` beside a bare node, CPU and wall time of a
// tiny attached job, and what a job does that waits for a socket: CPU in per cent of a core over 10 s, resident memory.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const command = join(root, 'bin/flink-ts');
const env = { ...process.env, FLINK_TS_HOME: join(root, 'out/bench-home') };
/** Ticks of the kernel's clock a second, on every Linux that matters here. */
const TICKS = 100;

/** The least CPU, and the wall time of that run, of five. */
function cheapest(words) {
  const script = `TIMEFORMAT='bench-time %R %U %S'; exec 2>&1; time "$@"`;
  const runs = Array.from({ length: 5 }, () => {
    const output = execFileSync('bash', ['-c', script, 'bench', ...words], { encoding: 'utf8', env });
    const [, wall, user, system] = output.match(/bench-time ([\d.]+) ([\d.]+) ([\d.]+)/).map(Number);
    return { cpu_ms: Math.round((user + system) * 1000), wall_ms: Math.round(wall * 1000) };
  });
  return runs.reduce((a, b) => (b.cpu_ms < a.cpu_ms ? b : a));
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

async function idle() {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const job = join(here, 'jobs/idle.mjs');
  const child = spawn(command, ['run', '-p', '1', job, '--port', String(server.address().port)], {
    env,
    stdio: 'ignore',
  });
  try {
    await sleep(4000);
    const before = cpuSeconds(child.pid);
    await sleep(10_000);
    const percent = (cpuSeconds(child.pid) - before) * 10;
    const [, kilobytes] = readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/);
    return { core_percent: Number(percent.toFixed(2)), rss_mb: Math.round(kilobytes / 1024), limits: '1 %, 150 MB' };
  } finally {
    child.kill('SIGINT');
    server.close();
  }
}

const bare = cheapest([process.execPath, '-e', '0']);
const list = cheapest([command, 'list']);
const tiny = cheapest([command, 'run', '-p', '1', join(here, 'jobs/chain-long.mjs'), '--n', '10']);
console.log(JSON.stringify({ workload: 'bare node', ...bare }));
console.log(JSON.stringify({ workload: 'list', ...list, above_node_ms: list.cpu_ms - bare.cpu_ms, limit_ms: 40 }));
console.log(JSON.stringify({ workload: 'tiny attached job', ...tiny }));
console.log(JSON.stringify({ workload: 'idle job', ...(await idle()), load: loadavg()[0] }));
