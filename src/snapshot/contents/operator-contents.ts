/** The operator state of one subtask, element by element: where each begins stands in the handle. */

import { DataInput } from '../../state/data-input.js';
import { readSnappyChunks } from '../../state/files/snappy-framing.js';
import type { OperatorStateHandle } from '../state-handle.js';
import { openStream } from './located-streams.js';
import { type PlainValue, textOfKey, undecoded } from './plain-value.js';
import { describeTree } from './serializer-tree.js';
import { type OperatorFileHeader, readOperatorFileHeader, type StateInfo } from './state-headers.js';
import type { TypeName } from './type-name.js';
import { isUndecodable, valueReader } from './value-reader.js';

/** A state of an operator's subtask with what it holds. @internal */
export interface OperatorStateContents {
  readonly name: string;
  readonly mode: 'SPLIT_DISTRIBUTE' | 'UNION' | 'BROADCAST';
  readonly info: StateInfo | undefined;
  /** Elements of a list; of broadcast state, pairs of key and value. */
  readonly values: () => Generator<PlainValue, void, undefined>;
}

/** The bytes of a file, uncompressed, and where in them an element of the handle begins. */
interface Elements {
  readonly bytes: Uint8Array;
  at(offset: number): number;
}

/** The states of a handle. @internal */
export function readOperatorContents(
  handle: OperatorStateHandle,
  directory: string,
  typeOf: (state: string) => TypeName | undefined,
): OperatorStateContents[] {
  const bytes = readAll(handle, directory);
  const input = new DataInput(bytes);
  const header = readOperatorFileHeader(input, bytes);
  const isWhole = header.states.every((state) => state !== undefined && state.problem === undefined);
  const elements = elementsOf(header, bytes, isWhole ? input.position : snappyStart(bytes, handle));
  const starts = handle.states.flatMap((state) => state.offsets.map((offset) => elements.at(offset)));
  const bounds = [...new Set([...starts, elements.bytes.length])].sort((a, b) => a - b);
  return handle.states.map(({ name, mode, offsets }) => {
    const info = header.states.find((state) => state?.name === name);
    const places = offsets.map((offset) => elements.at(offset));
    const reading = { info, elements, bounds, typeName: typeOf(name) };
    const values = () => (mode === 'BROADCAST' ? readEntries(reading, places) : readElements(reading, places));
    return { name, mode, info, values };
  });
}

function readAll(handle: OperatorStateHandle, directory: string): Uint8Array {
  const reader = openStream(handle.stream, directory);
  try {
    return reader.read(0, reader.size);
  } finally {
    reader.close();
  }
}

function elementsOf(header: OperatorFileHeader, bytes: Uint8Array, start: number): Elements {
  if (!header.isCompressed) return { bytes, at: (offset) => offset };
  const { data, positions } = readSnappyChunks(bytes, start);
  const input = new DataInput(bytes);
  return {
    bytes: data,
    at: (offset) => positions.get(offset) ?? input.corrupt(`no compressed chunk begins at offset ${offset}`),
  };
}

const STREAM_IDENTIFIER = Buffer.from('ff060000734e61507059', 'hex');

/** Where the header's end is not known: compressed data begin with their identifier, right before the first element. */
function snappyStart(bytes: Uint8Array, handle: OperatorStateHandle): number {
  const first = Math.min(bytes.length, ...handle.states.flatMap((state) => state.offsets));
  const before = first - STREAM_IDENTIFIER.length;
  const isBefore = before >= 0 && STREAM_IDENTIFIER.equals(bytes.subarray(before, first));
  return isBefore ? before : first;
}

interface ElementReading {
  readonly info: StateInfo | undefined;
  readonly elements: Elements;
  /** Where elements begin, ascending, then the end: an element ends where another one begins. */
  readonly bounds: readonly number[];
  readonly typeName: TypeName | undefined;
}

function* readElements(reading: ElementReading, places: readonly number[]): Generator<PlainValue, void, undefined> {
  const { info, elements, bounds } = reading;
  const reader = valueReader(info?.value, reading.typeName);
  const input = new DataInput(elements.bytes);
  let total = 0;
  for (const place of places) {
    input.seek(place);
    // Elements cannot lie in each other; a file that says so could keep a reader busy for ever.
    if (total > elements.bytes.length) input.corrupt('elements overlap');
    try {
      yield reader.read(input);
      total += input.position - place;
    } catch (error) {
      if (!isUndecodable(error)) throw error;
      const end = bounds.find((bound) => bound > place) ?? elements.bytes.length;
      yield undecoded(typeOf(info), elements.bytes.subarray(place, end));
    }
  }
}

/** Pairs in the order of their keys' texts. */
function* readEntries(reading: ElementReading, places: readonly number[]): Generator<PlainValue, void, undefined> {
  const { info, elements } = reading;
  const key = valueReader(info?.key, reading.typeName?.parts[0]);
  const value = valueReader(info?.value, reading.typeName?.parts[1]);
  const input = new DataInput(elements.bytes);
  const pairs: [PlainValue, PlainValue][] = [];
  for (const place of places) {
    input.seek(place);
    try {
      for (let rest = input.readCount(); rest > 0; rest--) pairs.push([key.read(input), value.read(input)]);
    } catch (error) {
      if (!isUndecodable(error)) throw error;
      pairs.push([null, undecoded(typeOf(info), elements.bytes.subarray(place))]);
    }
  }
  yield* pairs.sort(([a], [b]) => (textOfKey(a) < textOfKey(b) ? -1 : 1));
}

function typeOf(info: StateInfo | undefined): string {
  if (info === undefined) return 'unknown';
  const parts = [info.key, info.value].filter((tree) => tree !== undefined);
  return info.problem ?? parts.map(describeTree).join(', ');
}
