/** `state`: looks into a snapshot without the job that wrote it. Each action has its code in a file of its own. */

import { CliUsageError } from '../cli-errors.js';
import type { Invocation, Verb } from '../commands.js';

type Action = (invocation: Invocation, words: readonly string[]) => Promise<number>;

/** Actions, with how many words each takes, and what they are. */
const ACTIONS: Readonly<Record<string, { readonly words: readonly string[]; load(): Promise<Action> }>> = {
  ls: { words: ['PATH'], load: async () => (await import('./state-ls.js')).listStatesOf },
  get: { words: ['PATH', 'UID', 'STATE'], load: async () => (await import('./state-get.js')).getState },
  dump: { words: ['PATH'], load: async () => (await import('./state-dump.js')).dumpState },
  diff: { words: ['PATH', 'PATH'], load: async () => (await import('./state-diff.js')).diffStates },
};

/** The verb. @internal */
export const stateVerb: Verb = {
  async run(invocation) {
    const [name = '', ...words] = invocation.line.args;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined) {
      throw new CliUsageError(
        name === '' ? 'Please say what to do: ls, get, dump or diff.' : `"state ${name}" is no action.`,
        { remedy: 'The actions are state ls, state get, state dump and state diff; see flink-ts state -h.' },
      );
    }
    if (words.length !== action.words.length) {
      throw new CliUsageError(`Syntax: flink-ts state ${name} ${action.words.join(' ')}`);
    }
    return (await action.load())(invocation, words);
  },
};
