/**
 * Timers that RocksDB's backend keeps on the heap lie in raw keyed state of a checkpoint: for each key group, each timer
 * service with the serializers of its keys and namespaces, then its event and its processing timers.
 */

import { FlinkError } from '../../common/errors.js';
import { DataInput } from '../../state/data-input.js';
import { GroupReader } from '../../state/files/group-reader.js';
import type { KeyedStateHandle } from '../state-handle.js';
import { openStream } from './located-streams.js';
import type { PlainValue } from './plain-value.js';
import { readInnerTree, type SerializerTree } from './serializer-tree.js';
import { valueReader } from './value-reader.js';

/** A timer of raw keyed state. @internal */
export interface RawTimer {
  readonly state: string;
  readonly key: PlainValue;
  readonly namespace: PlainValue;
  readonly timestamp: string;
}

const MAGIC = 0xf1cd859f | 0;
const VERSION = 2;
const QUEUES = ['_timer_state/event_', '_timer_state/processing_'];

/** A queue of timers as `ls` shows it. @internal */
export interface RawTimerQueue {
  readonly state: string;
  readonly key: SerializerTree;
  readonly namespace: SerializerTree;
}

/** The timers of a raw keyed handle; `onQueue` is told of each queue, as often as it stands there. @internal */
export function* readRawTimers(
  handle: KeyedStateHandle & { kind: 'key-groups' },
  directory: string,
  onQueue: (queue: RawTimerQueue) => void = () => {},
): Generator<RawTimer, void, undefined> {
  const reader = openStream(handle.stream, directory);
  try {
    const { firstKeyGroup, offsets } = handle;
    const read = (start: number, end: number) => reader.read(start, end - start);
    const groups = new GroupReader({ format: 'native', firstKeyGroup, offsets, size: reader.size, read });
    for (const { bytes, origin } of offsetsAt0(groups, handle)) yield* readGroup(new DataInput(bytes, origin), onQueue);
  } finally {
    reader.close();
  }
}

/** The first key group of raw state begins at offset 0, which elsewhere means that a group is empty. */
function* offsetsAt0(groups: GroupReader, handle: KeyedStateHandle & { kind: 'key-groups' }) {
  if (handle.offsets.includes(0)) {
    const bytes = groups.header();
    if (bytes.length > 0) yield { bytes, origin: 0 };
  }
  yield* groups.groups(handle.firstKeyGroup, handle.firstKeyGroup + handle.offsets.length - 1);
}

function* readGroup(input: DataInput, onQueue: (queue: RawTimerQueue) => void): Generator<RawTimer, void, undefined> {
  if (input.readInt() !== MAGIC) {
    throw new FlinkError('SNAPSHOT_UNSUPPORTED', 'raw keyed state, which only its operator can read');
  }
  const version = input.readInt();
  if (version !== VERSION) input.corrupt(`timers of version ${version} are not known`);
  for (let services = input.readCount(); services > 0; services--) {
    const name = input.readUtf();
    const key = readInnerTree(input);
    const namespace = readInnerTree(input);
    const readers = { key: valueReader(key), namespace: valueReader(namespace) };
    for (const queue of QUEUES) {
      const state = queue + name;
      onQueue({ state, key, namespace });
      for (let timers = input.readCount(8); timers > 0; timers--) {
        const owner = { key: readers.key.read(input), namespace: readers.namespace.read(input) };
        yield { state, ...owner, timestamp: `${input.readLong()}` };
      }
    }
  }
}
