import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/run-cli.js';
import { exportsOf, filesOf, importsOf } from '../support/source-tree.js';

const files = filesOf('src');
const SENTENCE = /\/\*\*\s*(?:\*\s*)?(?:@internal\s+)?[-A-Z`"'{0-9][\s\S]*[.:!?]/;

describe('documentation', () => {
  it('stands above every exported name, and begins with a sentence', () => {
    const bare = files.flatMap((file) =>
      exportsOf(file)
        .filter(({ comment }) => !SENTENCE.test(comment))
        .map(({ name }) => `${file.path}: ${name}`),
    );

    expect(bare).toEqual([]);
  });

  it('begins every file with why it exists', () => {
    const bare = files.filter(({ text }) => !text.startsWith('/**') && !text.startsWith('#!'));

    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it('does not call a public name internal', () => {
    const publicNames = new Map(publicExports().map(({ name, file }) => [`${file} ${name}`, name]));
    const internal = files.flatMap((file) =>
      exportsOf(file)
        .filter(({ name, comment }) => publicNames.has(`${file.path} ${name}`) && comment.includes('@internal'))
        .map(({ name }) => `${file.path}: ${name}`),
    );

    expect(internal).toEqual([]);
  });

  it('lists public names one by one', () => {
    const index = files.find(({ path }) => path === 'src/index.ts');

    expect(index?.text).not.toMatch(/export \*/);
    expect(publicExports().length).toBeGreaterThan(20);
  });

  it('has barrels nowhere below the public entries', () => {
    const barrels = files.filter(({ path, text }) => path.split('/').length > 2 && /^export \* from/m.test(text));

    expect(barrels.map(({ path }) => path)).toEqual([]);
  });
});

describe('the README', () => {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

  it('says how to start and how to test, and whose work this is not', () => {
    expect(readme).toContain('npm ci && npm start');
    expect(readme).toContain('npm ci && npm test');
    expect(readme).toMatch(/not affiliated with the Apache Software Foundation/);
  });

  it('links to pages that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path ?? '');
    const missing = links.filter((path) => !exists(path));

    expect(missing).toEqual([]);
  });
});

function exists(path: string): boolean {
  try {
    readFileSync(join(REPOSITORY, path));
    return true;
  } catch {
    return false;
  }
}

/** Names that `src/index.ts` exports, with the file each comes from. */
function publicExports(): readonly { readonly name: string; readonly file: string }[] {
  const index = files.find(({ path }) => path === 'src/index.ts');
  if (index === undefined) return [];
  const statements = index.text.matchAll(/export (?:type )?\{([^}]*)\} from '\.\/([^']+)\.js'/g);
  const known = new Set(importsOf(index).map(({ to }) => `src/${to}`));
  return [...statements].flatMap(([, names = '', path]) =>
    names
      .split(',')
      .map((name) => name.replace(/^\s*type\s/, '').trim())
      .filter((name) => name !== '')
      .map((name) => ({ name, file: `src/${path}.ts` }))
      .filter(({ file }) => known.has(file)),
  );
}
