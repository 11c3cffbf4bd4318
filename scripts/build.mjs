// Compiles src and jobs into dist with the compiler of this checkout; `--if-needed` returns at once when dist is newer than every source.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const newest = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
const stamp = join(root, 'dist/jobs.tsbuildinfo');

if (process.argv.includes('--if-needed') && existsSync(stamp)) {
  if (statSync(stamp).mtimeMs > Math.max(newest(join(root, 'src')), newest(join(root, 'jobs')))) process.exit(0);
}
for (const project of ['tsconfig.json', 'jobs/tsconfig.json']) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
