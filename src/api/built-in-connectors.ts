/**
 * Where the environment finds the connectors behind `fromData`, `fromSequence`, `readTextFile`, `socketTextStream`,
 * `print` and `executeAndCollect`. `api` must not import `connectors` (the import rule), so the dependency is turned round:
 * this file says what is needed, and `src/index.ts`, which knows both, calls `setBuiltInConnectors` when it is loaded.
 */

import type { Sink, Source } from './connector.js';

/** The connectors that the environment makes by itself. @internal */
export interface BuiltInConnectors {
  /** The records in order, in one split. */
  collection<T>(records: readonly T[]): Source<T>;
  /** The integers from `from` to `to`, both inclusive. */
  sequence(from: number, to: number): Source<number>;
  /** The lines of a text file, or of all files of a directory. */
  textFile(path: string): Source<string>;
  /** What a server sends, cut at the delimiter; `maxRetries`: how often to connect again, -1 = for ever. */
  socket(options: SocketOptions): Source<string>;
  /** Writes each record's text to standard output or error; `identifier` is put in front. */
  print(options: PrintOptions): Sink<unknown>;
  /** Hands the records to whoever executed the job. */
  collect(collectId: string): Sink<unknown>;
}

/** What `socketTextStream` was given. @internal */
export interface SocketOptions {
  readonly hostname: string;
  readonly port: number;
  readonly delimiter: string;
  readonly maxRetries: number;
}

/** What `print` was given. @internal */
export interface PrintOptions {
  readonly identifier: string | undefined;
  readonly toStdErr: boolean;
}

let installed: BuiltInConnectors | undefined;

/** Says which connectors to use; called once, by `src/index.ts`. @internal */
export function setBuiltInConnectors(connectors: BuiltInConnectors): void {
  installed = connectors;
}

/** The connectors of the environment. @internal */
export function builtInConnectors(): BuiltInConnectors {
  if (installed === undefined)
    throw new Error('The built-in connectors are installed by the module flink-ts: import that.');
  return installed;
}
