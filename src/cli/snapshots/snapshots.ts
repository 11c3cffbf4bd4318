/**
 * `snapshots`: lists, checks and deletes the snapshots of a home. Each action has its code in a file of its own. Deletions
 * that a crash cut short are finished before anything else.
 */

import { HomeDirectory } from '../../snapshot/home-directory.js';
import { HomeOperations } from '../../snapshot/home-operations.js';
import { SnapshotIndex } from '../../snapshot/snapshot-index.js';
import { CliUsageError } from '../cli-errors.js';
import type { Invocation, Verb } from '../commands.js';

/** What the actions work with. @internal */
export interface SnapshotsCall extends Invocation {
  readonly words: readonly string[];
  readonly home: HomeDirectory;
  readonly operations: HomeOperations;
  readonly index: SnapshotIndex;
}

type Action = (call: SnapshotsCall) => Promise<number>;

interface ActionRow {
  readonly words: readonly string[];
  /** Whether more words may follow, or none at all. */
  readonly isOpen?: true;
  load(): Promise<Action>;
}

const ACTIONS: Readonly<Record<string, ActionRow>> = {
  ls: { words: [], load: async () => (await import('./snapshots-ls.js')).listSnapshots },
  show: { words: ['PATH'], load: async () => (await import('./snapshots-show.js')).showSnapshot },
  verify: { words: ['PATH'], load: async () => (await import('./snapshots-verify.js')).verifySnapshotAt },
  rm: { words: ['PATH'], isOpen: true, load: async () => (await import('./snapshots-rm.js')).removeSnapshots },
  gc: { words: [], load: async () => (await import('./snapshots-gc.js')).collectGarbage },
  du: { words: [], load: async () => (await import('./snapshots-du.js')).showUsage },
  reindex: { words: [], isOpen: true, load: async () => (await import('./snapshots-reindex.js')).reindex },
};

/** The verb. @internal */
export const snapshotsVerb: Verb = {
  async run(invocation) {
    const [name = '', ...words] = invocation.line.args;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    const names = Object.keys(ACTIONS).join(', ');
    if (action === undefined) {
      const message = name === '' ? 'Please say what to do.' : `"snapshots ${name}" is no action.`;
      throw new CliUsageError(message, { remedy: `The actions are ${names}; see flink-ts snapshots -h.` });
    }
    const missing = words.length < action.words.length;
    if (missing || (words.length > action.words.length && action.isOpen !== true)) {
      throw new CliUsageError(`Syntax: flink-ts snapshots ${[name, ...action.words].join(' ')}`);
    }
    const home = new HomeDirectory(invocation.environment);
    const operations = new HomeOperations(home);
    await operations.recover();
    const index = SnapshotIndex.open(home);
    try {
      for (const { path, message } of index.problems) invocation.output.err(`Not read: ${path}: ${message}\n`);
      return await (await action.load())({ ...invocation, words, home, operations, index });
    } finally {
      index.close();
    }
  },
};
