/**
 * The content of a channel: records and control elements, one behind the other, each with a tag. The shapes of an edge
 * are learnt from its records and shared by its channels; a shape's definition travels in a channel, as data, before the
 * first record of that shape. A record without a shape travels as a dynamic value.
 */

import { assert } from '../../common/assert.js';
import type { CheckpointOptions } from '../worker/messages.js';
import type { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readDynamic, writeDynamic } from './dynamic-value.js';
import { ELEMENT } from './input-channel.js';
import { learnShape, type Shape, widenShape } from './record-shape.js';
import {
  compileDecoder,
  compileEncoder,
  RECORD_HEADER_BYTES,
  type ShapeDecoder,
  type ShapeEncoder,
} from './shape-compiler.js';
import type { StreamEvent } from './stream-event.js';

const TAG = {
  SHAPE: 1,
  DYNAMIC: 2,
  WATERMARK: 3,
  IDLE: 4,
  ACTIVE: 5,
  BARRIER: 6,
  CANCEL_BARRIER: 7,
  END_OF_DATA: 8,
  END_OF_PARTITION: 9,
  REFERENCE: 10,
  END_OF_DATA_BY_DRAIN: 11,
  /** Records of shape n have the tag FIRST_SHAPE + n. */
  FIRST_SHAPE: 32,
} as const;

/** Shapes that an edge may define in all: the tag is one byte. */
const SHAPES_MAX = 256 - TAG.FIRST_SHAPE;
/** Shapes that are tried for a record; more would cost more than a dynamic value. */
const CANDIDATES_MAX = 8;
/** So many records without a shape, and the candidate that was used least makes room for another. */
const PATIENCE = 1_024;

interface Candidate {
  readonly id: number;
  readonly shape: Shape;
  readonly encode: ShapeEncoder;
}

/** The shapes of one edge of a sender, shared by its channels. @internal */
export class EdgeShapes {
  /** Shapes to try, the one that fitted last in front. */
  readonly candidates: Candidate[] = [];
  /** Definitions of all shapes by id, as they are sent. */
  readonly definitions: string[] = [];
  #misses = 0;

  /** A shape that fits the record, learnt from it; undefined when it shall travel as a dynamic value. */
  learn(record: unknown): Candidate | undefined {
    if (this.definitions.length >= SHAPES_MAX) return undefined;
    if (this.candidates.length >= CANDIDATES_MAX && ++this.#misses < PATIENCE) return undefined;
    const learnt = learnShape(record);
    if (learnt === undefined) return undefined;
    this.#misses = 0;
    return this.#add(this.#mergeWithLikes(learnt));
  }

  /** Replaces a candidate of the same fields by one that fits both. */
  #mergeWithLikes(learnt: Shape): Shape {
    for (let index = 0; index < this.candidates.length; index++) {
      const wide = widenShape(this.candidates[index]?.shape as Shape, learnt);
      if (wide.kind === 'any') continue;
      this.candidates.splice(index, 1);
      return wide;
    }
    return learnt;
  }

  #add(shape: Shape): Candidate {
    const id = this.definitions.length;
    const candidate = { id, shape, encode: compileEncoder(shape, TAG.FIRST_SHAPE + id) };
    this.definitions.push(JSON.stringify(shape));
    if (this.candidates.length >= CANDIDATES_MAX) this.candidates.pop();
    this.candidates.unshift(candidate);
    return candidate;
  }
}

/** Encodes the elements of one channel. @internal */
export class ChannelEncoder {
  readonly #shapes: EdgeShapes;
  readonly #writer: ByteWriter;
  /** By shape id: whether the receiver knows it. */
  readonly #defined: boolean[] = [];

  constructor(shapes: EdgeShapes, writer: ByteWriter) {
    this.#shapes = shapes;
    this.#writer = writer;
  }

  /** Appends a record. Throws `RECORD_NOT_TRANSFERABLE` for what is no plain data; nothing is appended then. */
  writeRecord(value: unknown, timestamp: number, keyGroup: number): void {
    const start = this.#writer.position;
    try {
      const first = this.#shapes.candidates[0];
      if (first !== undefined && this.#defined[first.id] === true) {
        if (first.encode(this.#writer, value, timestamp, keyGroup)) return;
        this.#writer.position = start;
      }
      this.#writeOther(value, timestamp, keyGroup);
    } catch (error) {
      this.#writer.position = start;
      // Inside a shape the path of the field begins at the part without one; from the record on, it is whole.
      writeDynamic(new ByteWriter(256), value);
      throw error;
    }
  }

  /** Appends a control element. */
  writeEvent(event: StreamEvent): void {
    const writer = this.#writer;
    writer.ensure(9);
    switch (event.kind) {
      case 'watermark':
        this.#writeTag(TAG.WATERMARK);
        this.#writeNumber(event.timestamp);
        return;
      case 'status':
        this.#writeTag(event.isIdle ? TAG.IDLE : TAG.ACTIVE);
        return;
      case 'barrier':
        this.#writeTag(TAG.BARRIER);
        this.#writeNumber(event.checkpointId);
        writer.writeString(JSON.stringify(event.options), 0);
        return;
      case 'cancel-barrier':
        this.#writeTag(TAG.CANCEL_BARRIER);
        this.#writeNumber(event.checkpointId);
        return;
      case 'end-of-data':
        this.#writeTag(event.isDrain === true ? TAG.END_OF_DATA_BY_DRAIN : TAG.END_OF_DATA);
        return;
      case 'end-of-partition':
        this.#writeTag(TAG.END_OF_PARTITION);
    }
  }

  /** Appends a record whose value stays in the sender's memory: `isReference` tells its place (overflow of a worker). */
  writeReference(timestamp: number, keyGroup: number): void {
    this.#writeHeader(TAG.REFERENCE, timestamp, keyGroup);
  }

  #writeOther(value: unknown, timestamp: number, keyGroup: number): void {
    const { candidates } = this.#shapes;
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index] as Candidate;
      if (!this.#tryShape(candidate, value, timestamp, keyGroup)) continue;
      if (index > 0) {
        candidates[index] = candidates[0] as Candidate;
        candidates[0] = candidate;
      }
      return;
    }
    const learnt = this.#shapes.learn(value);
    if (learnt !== undefined && this.#tryShape(learnt, value, timestamp, keyGroup)) return;
    this.#writeDynamic(value, timestamp, keyGroup);
  }

  #tryShape(candidate: Candidate, value: unknown, timestamp: number, keyGroup: number): boolean {
    const start = this.#writer.position;
    const isDefined = this.#defined[candidate.id] === true;
    if (!isDefined) this.#writeDefinition(candidate.id);
    if (candidate.encode(this.#writer, value, timestamp, keyGroup)) {
      this.#defined[candidate.id] = true;
      return true;
    }
    this.#writer.position = start;
    return false;
  }

  #writeDefinition(id: number): void {
    this.#writer.ensure(2);
    this.#writeTag(TAG.SHAPE);
    this.#writer.bytes[this.#writer.position++] = id;
    this.#writer.writeString(this.#shapes.definitions[id] as string, 0);
  }

  #writeDynamic(value: unknown, timestamp: number, keyGroup: number): void {
    this.#writeHeader(TAG.DYNAMIC, timestamp, keyGroup);
    writeDynamic(this.#writer, value);
  }

  #writeHeader(tag: number, timestamp: number, keyGroup: number): void {
    const writer = this.#writer;
    writer.ensure(RECORD_HEADER_BYTES);
    writer.bytes[writer.position] = tag;
    writer.view.setUint16(writer.position + 1, keyGroup, true);
    writer.view.setFloat64(writer.position + 3, timestamp, true);
    writer.position += RECORD_HEADER_BYTES;
  }

  #writeTag(tag: number): void {
    this.#writer.bytes[this.#writer.position++] = tag;
  }

  #writeNumber(value: number): void {
    this.#writer.view.setFloat64(this.#writer.position, value, true);
    this.#writer.position += 8;
  }
}

/** Decoders that this worker has compiled, by definition: the channels of an edge share them. */
const decoders = new Map<string, ShapeDecoder>();
const DECODERS_MAX = 1_024;

const REFERENCE = Symbol('reference');

/** Whether a decoded value stands for one that `writeReference` left out. @internal */
export function isReference(value: unknown): boolean {
  return value === REFERENCE;
}

/** Decodes the elements of one channel; the fields describe the one that `read` came to last. @internal */
export class ChannelDecoder {
  value: unknown;
  timestamp = Number.NEGATIVE_INFINITY;
  keyGroup = -1;
  event: StreamEvent | undefined;
  readonly #reader: ByteReader;
  readonly #decoders: ShapeDecoder[] = [];

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  /** Reads the element at the reader's position: RECORD or EVENT, or EMPTY for a definition that was kept. */
  read(): number {
    const reader = this.#reader;
    const tag = reader.bytes[reader.position] as number;
    if (tag >= TAG.FIRST_SHAPE) {
      this.#readHeader();
      this.value = (this.#decoders[tag - TAG.FIRST_SHAPE] as ShapeDecoder)(reader);
      return ELEMENT.RECORD;
    }
    if (tag === TAG.DYNAMIC) {
      this.#readHeader();
      this.value = readDynamic(reader);
      return ELEMENT.RECORD;
    }
    if (tag === TAG.REFERENCE) {
      this.#readHeader();
      this.value = REFERENCE;
      return ELEMENT.RECORD;
    }
    reader.position++;
    if (tag === TAG.SHAPE) {
      this.#readDefinition();
      return ELEMENT.EMPTY;
    }
    this.event = this.#readEvent(tag);
    return ELEMENT.EVENT;
  }

  #readHeader(): void {
    const { view, position } = this.#reader;
    const keyGroup = view.getUint16(position + 1, true);
    this.keyGroup = keyGroup === 0xffff ? -1 : keyGroup;
    this.timestamp = view.getFloat64(position + 3, true);
    this.#reader.position = position + RECORD_HEADER_BYTES;
  }

  #readDefinition(): void {
    const id = this.#reader.bytes[this.#reader.position++] as number;
    const definition = this.#reader.readString();
    let decoder = decoders.get(definition);
    if (decoder === undefined) {
      if (decoders.size >= DECODERS_MAX) decoders.clear();
      decoder = compileDecoder(JSON.parse(definition) as Shape);
      decoders.set(definition, decoder);
    }
    this.#decoders[id] = decoder;
  }

  #readEvent(tag: number): StreamEvent {
    switch (tag) {
      case TAG.WATERMARK:
        return { kind: 'watermark', timestamp: this.#readNumber() };
      case TAG.IDLE:
      case TAG.ACTIVE:
        return { kind: 'status', isIdle: tag === TAG.IDLE };
      case TAG.BARRIER: {
        const checkpointId = this.#readNumber();
        return { kind: 'barrier', checkpointId, options: JSON.parse(this.#reader.readString()) as CheckpointOptions };
      }
      case TAG.CANCEL_BARRIER:
        return { kind: 'cancel-barrier', checkpointId: this.#readNumber() };
      case TAG.END_OF_DATA:
        return { kind: 'end-of-data' };
      case TAG.END_OF_DATA_BY_DRAIN:
        return { kind: 'end-of-data', isDrain: true };
      default:
        assert(tag === TAG.END_OF_PARTITION, `a channel holds an element with tag ${tag}`);
        return { kind: 'end-of-partition' };
    }
  }

  #readNumber(): number {
    const value = this.#reader.view.getFloat64(this.#reader.position, true);
    this.#reader.position += 8;
    return value;
  }
}
