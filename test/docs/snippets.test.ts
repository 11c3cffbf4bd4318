/**
 * Every TypeScript snippet of the guide is compiled against the built types, and run: one with a `main` as a job, to its end;
 * any other one as a script. Snippets on the pages of example jobs are pieces of those jobs, which have tests of their own.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/run-cli.js';

const DOCS = join(REPOSITORY, 'docs');
/** Inside the package, so that `flink-ts` is this one; git ignores it. */
const WORK = join(REPOSITORY, 'out', `snippets-${process.pid}`);

interface Snippet {
  readonly page: string;
  readonly name: string;
  readonly text: string;
}

function snippetsOf(directory: string): Snippet[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      const page = readFileSync(join(directory, file), 'utf8');
      const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)];
      return blocks.map(([, text = ''], index) => ({
        page: file,
        name: `${basename(file, '.md')}-${index + 1}`,
        text,
      }));
    });
}

const guide = [
  'event-time.md',
  'state.md',
  'process-functions.md',
  'connectors.md',
  'snapshots.md',
  'operations.md',
  'coming-from-flink.md',
];
const snippets = snippetsOf(DOCS).filter(({ page }) => guide.includes(page));

describe('the snippets of the guide', () => {
  let compilation: { readonly exit: number | undefined; readonly output: string };

  beforeAll(async () => {
    mkdirSync(WORK, { recursive: true });
    for (const { name, text } of snippets) writeFileSync(join(WORK, `${name}.ts`), text);
    const compilerOptions = { rootDir: '.', outDir: 'js', declaration: false, incremental: false };
    const configuration = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] };
    writeFileSync(join(WORK, 'tsconfig.json'), JSON.stringify(configuration));
    const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
    const { exitCode, stdout } = await execa(process.execPath, [compiler, '-p', WORK], { reject: false });
    compilation = { exit: exitCode, output: stdout };
  }, 120_000);
  afterAll(() => rmSync(WORK, { recursive: true, force: true }));

  it('are there on each page', () => {
    expect(guide.filter((page) => !snippets.some((snippet) => snippet.page === page))).toEqual([]);
  });

  it('compile against the published types', () => {
    expect(compilation).toEqual({ exit: 0, output: '' });
  });

  it.each(snippets)('run: $name', async ({ name }) => {
    const script = `
      import { testJob } from 'flink-ts/testing';
      const { default: main } = await import('./js/${name}.js');
      if (main !== undefined) await (await testJob(main, { parallelism: 2 })).finish();
    `;
    writeFileSync(join(WORK, `${name}.run.mjs`), script);

    const { exitCode, stderr } = await execa(process.execPath, [join(WORK, `${name}.run.mjs`)], { reject: false });

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
});

describe('the pages of the example jobs', () => {
  it.each(snippetsOf(join(DOCS, 'jobs')))('shows what the job is: $name', ({ page, text }) => {
    const job = readFileSync(join(REPOSITORY, 'jobs', `${basename(page, '.md')}.ts`), 'utf8');

    expect(job).toContain(text.trim());
  });

  it('shows the Java form beside each', () => {
    for (const file of readdirSync(join(DOCS, 'jobs'))) {
      expect(readFileSync(join(DOCS, 'jobs', file), 'utf8'), file).toMatch(/^```java\n/m);
    }
  });
});
