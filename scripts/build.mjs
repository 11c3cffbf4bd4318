// Compiles src and jobs into dist with the compiler of this checkout, and bundles what the command runs; `--if-needed` returns at once when both are newer than every source.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const newest = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
const stamp = join(root, 'dist/jobs.tsbuildinfo');

if (process.argv.includes('--if-needed') && existsSync(stamp) && existsSync(join(root, 'bundle/cli/main.js'))) {
  if (statSync(stamp).mtimeMs > Math.max(newest(join(root, 'src')), newest(join(root, 'jobs')))) process.exit(0);
}
for (const project of ['tsconfig.json', 'jobs/tsconfig.json']) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) {
    process.exitCode = status ?? 1;
    break;
  }
}
// The compiler writes what it can in spite of errors in types: the command is never older than dist.
if (existsSync(join(root, 'dist/cli/main.js'))) await bundle();
