import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/run-cli.js';
import { filesOf, type Import, importsOf } from '../support/source-tree.js';

/**
 * Which folder may import what. An entry is a folder, or a file without its suffix; behind `type:` only its types. What
 * goes beyond the table of the first design has its reason beside it.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  common: [],
  graph: ['common'],
  state: ['common'],
  snapshot: ['common', 'state'],
  // The descriptors' contracts stand in files of their own, and keyed streams read the key types.
  api: ['common', 'graph', 'state/state-descriptor', 'state/types', 'state/type', 'state/serializer', 'type:state'],
  connectors: ['common', 'api', 'state/types', 'state/type', 'state/serializer'],
  // Nodes, functions and handles are data to an operator; it builds none of them.
  operators: ['common', 'state', 'type:graph', 'type:api', 'type:snapshot/state-handle'],
  runtime: ['common', 'graph', 'operators', 'state', 'snapshot', 'api/executor', 'type:api'],
  coordinator: ['common', 'graph', 'snapshot', 'runtime/worker', 'type:state', 'type:operators', 'type:runtime'],
  rest: ['common', 'coordinator', 'snapshot', 'graph'],
  // `run` starts the workers and hands them to the coordinator, which knows them by their contract only.
  cli: ['common', 'rest', 'coordinator', 'snapshot', 'graph', 'runtime/job-loader', 'runtime/worker'],
  index: [
    'api',
    'connectors',
    'state/state-descriptor',
    'state/state-ttl-config',
    'state/types',
    'state/type',
    'state/serializer',
    'type:state',
    'common/errors',
    'common/error-codes',
    'common/ids',
    'common/time',
    'common/windows',
  ],
};

/** A single file's own permission, with its reason. */
const EXCEPTIONS: Record<string, Record<string, string>> = {
  'runtime/job-loader.ts': {
    'connectors/built-in-connectors.ts':
      'Whoever loads a job file brings the connectors that `env.fromData` and its like stand for.',
    'index.ts': 'Whoever loads a job file brings what the file imports as flink-ts.',
  },
};

/** Packages and the one file, or folder, that may import each. */
const OWNERS: Record<string, readonly string[]> = {
  'better-sqlite3': ['snapshot/index-database.ts'],
  yaml: ['common/config-file.ts'],
  pino: ['common/logger.ts'],
  ora: ['cli/output.ts'],
  chalk: ['cli/output.ts'],
  'cli-table3': ['cli/table.ts'],
  snappyjs: ['state/files/snappy-framing.ts'],
  msgpackr: ['state/', 'runtime/channel/', 'connectors/', 'snapshot/', 'operators/'],
};

const files = filesOf('src');
const imports = files.flatMap(importsOf);
const folderOf = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';

function isAllowed({ from, to, isTypeOnly }: Import): boolean {
  const folder = folderOf(from);
  if (folder === 'testing' || folderOf(to) === folder) return true;
  if (EXCEPTIONS[from]?.[to] !== undefined) return true;
  return (MAY_IMPORT[folder] ?? []).some((entry) => {
    const path = entry.replace(/^type:/, '');
    if (entry !== path && !isTypeOnly) return false;
    return to === `${path}.ts` || to.startsWith(`${path}/`);
  });
}

const show = ({ from, to, isTypeOnly }: Import) => `${from} imports ${isTypeOnly ? 'a type of ' : ''}${to}`;

describe('imports', () => {
  it('follow the table of folders', () => {
    const wrong = imports.filter((each) => !each.isPackage && !isAllowed(each));

    expect(wrong.map(show)).toEqual([]);
  });

  it('name files that exist', () => {
    const missing = imports.filter((each) => !each.isPackage && !existsSync(join(REPOSITORY, 'src', each.to)));

    expect(missing.map(show)).toEqual([]);
  });

  it('form no circle of folders at run time', () => {
    const edges = new Set(
      imports
        .filter(
          (each) =>
            !each.isPackage && !each.isTypeOnly && !each.isDynamic && EXCEPTIONS[each.from]?.[each.to] === undefined,
        )
        .map(({ from, to }) => `${folderOf(from)} ${folderOf(to)}`),
    );
    const pairs = [...edges].filter((edge) => {
      const [from, to] = edge.split(' ');
      return from !== to && edges.has(`${to} ${from}`);
    });

    expect(pairs).toEqual([]);
  });

  it('reach the REST client from common only', () => {
    const beyond = imports.filter(
      ({ from, to, isPackage, isTypeOnly }) =>
        from === 'rest/client.ts' && !isPackage && !isTypeOnly && !['common', 'rest'].includes(folderOf(to)),
    );

    expect(beyond.map(show)).toEqual([]);
  });
});

describe('packages', () => {
  it.each(Object.entries(OWNERS))('%s is imported in its own place only', (name, owners) => {
    const elsewhere = imports.filter(
      ({ from, to, isPackage }) =>
        isPackage && (to === name || to.startsWith(`${name}/`)) && !owners.some((owner) => from.startsWith(owner)),
    );

    expect(elsewhere.map(show)).toEqual([]);
  });

  it('are Node itself or a dependency that is listed', () => {
    const foreign = imports.filter(({ to, isPackage }) => {
      const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] ?? '');
      return isPackage && !to.startsWith('node:') && !(name in OWNERS) && to !== 'flink-ts';
    });

    expect(foreign.map(show)).toEqual([]);
  });
});

describe('output and exit', () => {
  const edge = (path: string) => path.startsWith('src/cli/output.ts') || path.startsWith('src/cli/main.ts');

  it('console is used nowhere', () => {
    expect(files.filter(({ text }) => /\bconsole\.\w+\(/.test(code(text))).map(({ path }) => path)).toEqual([]);
  });

  it('process.exit is called by the entry of the command only', () => {
    const callers = files.filter(({ path, text }) => !edge(path) && /\bprocess\.exit\(/.test(code(text)));

    expect(callers.map(({ path }) => path)).toEqual([]);
  });
});

/** The text without comments. */
function code(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
