// Runs golden cases through the engine's own operators: compiles the runner of test/golden into dist/golden, then runs it with the files given. Types are checked by `npm run lint`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compile = [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'test/golden/tsconfig.json')];
const run = [join(root, 'dist/golden/test/golden/run.js'), ...process.argv.slice(2)];
for (const args of [compile, run]) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
