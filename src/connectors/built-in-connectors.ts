/** The connectors behind `fromData`, `fromSequence`, `readTextFile`, `socketTextStream`, `print` and `executeAndCollect`. */

import type { BuiltInConnectors } from '../api/built-in-connectors.js';
import { CollectSink } from './collect-sink.js';
import { CollectionSource } from './collection-source.js';
import { FileSource } from './file-source.js';
import { PrintSink } from './print-sink.js';
import { NumberSequenceSource } from './sequence-source.js';
import { SocketSource } from './socket-source.js';

/** What `src/index.ts` gives to `setBuiltInConnectors`. @internal */
export const connectors: BuiltInConnectors = {
  collection: (records) => new CollectionSource(records),
  sequence: (from, to) => new NumberSequenceSource(from, to),
  textFile: (path) => FileSource.forLines(path).build(),
  socket: (options) => new SocketSource(options),
  print: (options) => new PrintSink(options),
  collect: (collectId) => new CollectSink(collectId),
};
