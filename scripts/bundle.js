// Bundles dist into bundle/: a file an entry and shared chunks, so that the command and its threads open ten files instead of two hundred (docs/design/performance.md). Packages stay outside.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ENTRIES = [
  'index',
  'testing',
  'cli/main',
  'runtime/flink-ts-resolver',
  'runtime/worker/worker-main',
  'runtime/worker/enumerator-worker',
  'runtime/worker/program-worker',
];
/** A process that runs may still import a chunk of the build before. */
const KEPT_MS = 600_000;

/** Code moves to chunks; the files that it names by its own address stay where the entries are. */
const ownAddress = {
  name: 'own-address',
  transform(code, id) {
    if (!code.includes('import.meta.url')) return undefined;
    const path = id.slice(join(root, 'dist/').length);
    for (const [, file] of code.matchAll(/new URL\('([^']+\.js)', import\.meta\.url\)/g)) {
      const named = join(dirname(path), file).slice(0, -'.js'.length);
      if (!ENTRIES.includes(named))
        throw new Error(`${path} starts ${named}.js, which is no entry of scripts/bundle.js`);
    }
    const base = 'import.meta.url.slice(0, import.meta.url.lastIndexOf("/bundle/"))';
    return { code: code.replaceAll('import.meta.url', `(${base} + "/bundle/${path}")`) };
  },
};

/** Writes the bundle of what the compiler has put into dist. */
export async function bundle() {
  const present = ENTRIES.filter((entry) => existsSync(join(root, 'dist', `${entry}.js`)));
  const bundler = await rolldown({
    input: Object.fromEntries(present.map((entry) => [entry, join(root, 'dist', `${entry}.js`)])),
    platform: 'node',
    external: /^[^./]/,
    logLevel: 'warn',
    plugins: [ownAddress],
  });
  await bundler.write({
    dir: join(root, 'bundle'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Names stay: they are seen in stack traces, and a chunk fits whoever imported it before a rebuild.
    minifyInternalExports: false,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await bundler.close();
  const chunks = join(root, 'bundle/chunks');
  for (const chunk of readdirSync(chunks)) {
    if (Date.now() - statSync(join(chunks, chunk)).mtimeMs > KEPT_MS) rmSync(join(chunks, chunk));
  }
}
