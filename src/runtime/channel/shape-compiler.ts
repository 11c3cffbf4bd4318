/**
 * Generates the encoder and the decoder of a shape: straight-line code with inline caches of its own. The source holds
 * literals only: numbers, and field names through `JSON.stringify`. An encoder checks every value against the shape while
 * it writes, and answers false at the first difference, whatever it has written until then.
 *
 * A record: tag (1 byte), key group (2), timestamp (8), then the fields in order.
 */

import type { ByteReader } from './byte-reader.js';
import { type ByteWriter, SHORT_STRING_BYTES, SHORT_STRING_LIMIT, writeShortString } from './byte-writer.js';
import { readDynamic, writeDynamic } from './dynamic-value.js';
import type { Shape } from './record-shape.js';

/** Bytes before the fields of a record: tag, key group, timestamp. @internal */
export const RECORD_HEADER_BYTES = 11;

/** Appends a record and returns true, or returns false when it is not of the shape. @internal */
export type ShapeEncoder = (writer: ByteWriter, record: unknown, timestamp: number, keyGroup: number) => boolean;

/** Reads the fields of a record, behind its header. @internal */
export type ShapeDecoder = (reader: ByteReader) => unknown;

/** Generates the encoder of a shape whose records have this tag. @internal */
export function compileEncoder(shape: Shape, tag: number): ShapeEncoder {
  const lines = new EncoderSource(fixedBytes(shape) + RECORD_HEADER_BYTES);
  lines.write(shape, 'record');
  const source = `
    const names = ${JSON.stringify(lines.names)};
    ${lines.names.map((_, index) => `const names${index} = names[${index}];`).join('\n')}
    return function encode(w, record, timestamp, keyGroup) {
      let p = w.position, q = 0;
      if (p + ${lines.reserve} > w.bytes.length) w.ensure(${lines.reserve});
      let b = w.bytes, d = w.view;
      b[p] = ${tag};
      b[p + 1] = keyGroup;
      b[p + 2] = keyGroup >> 8;
      d.setFloat64(p + 3, timestamp, true);
      p += ${RECORD_HEADER_BYTES};
      ${lines.text}
      w.position = p;
      return true;
    };`;
  const make = new Function('writeShortString', 'writeDynamic', source) as (
    short: typeof writeShortString,
    dynamic: typeof writeDynamic,
  ) => ShapeEncoder;
  return make(writeShortString, writeDynamic);
}

/** Generates the decoder of a shape. @internal */
export function compileDecoder(shape: Shape): ShapeDecoder {
  const lines = new DecoderSource();
  const result = lines.read(shape);
  const source = `
    return function decode(r) {
      const d = r.view, b = r.bytes;
      let p = r.position;
      ${lines.text}
      r.position = p;
      return ${result};
    };`;
  const make = new Function('readDynamic', source) as (dynamic: typeof readDynamic) => ShapeDecoder;
  return make(readDynamic);
}

/** The most bytes that the parts of bounded size take; whatever is longer makes its own room, and this much behind it. */
function fixedBytes(shape: Shape): number {
  switch (shape.kind) {
    case 'number':
      return 8;
    case 'boolean':
      return 1;
    case 'string':
      return SHORT_STRING_BYTES;
    case 'any':
      return 0;
    case 'array':
      return 4 + fixedBytes(shape.of);
    case 'object':
      return shape.fields.reduce((sum, [, field]) => sum + fixedBytes(field), 0);
  }
}

const RELOAD = 'b = w.bytes; d = w.view; p = w.position;';

class EncoderSource {
  text = '';
  /** Field names of each object of the shape. */
  readonly names: string[][] = [];
  readonly reserve: number;
  #variables = 0;

  constructor(reserve: number) {
    this.reserve = reserve;
  }

  /** Appends the statements that write the value of an expression. */
  write(shape: Shape, expression: string): void {
    const v = `v${this.#variables++}`;
    this.text += `const ${v} = ${expression};\n`;
    switch (shape.kind) {
      case 'number':
        this.text += `if (typeof ${v} !== 'number') return false;\nd.setFloat64(p, ${v}, true); p += 8;\n`;
        return;
      case 'boolean':
        this.text += `if (${v} === true) b[p++] = 1; else if (${v} === false) b[p++] = 0; else return false;\n`;
        return;
      case 'string':
        this.text += `if (typeof ${v} !== 'string') return false;
          q = ${v}.length < ${SHORT_STRING_LIMIT} ? writeShortString(b, p, ${v}) : -1;
          if (q >= 0) p = q;
          else { w.position = p; w.writeString(${v}, ${this.reserve}); ${RELOAD} }\n`;
        return;
      case 'any':
        this.text += `w.position = p; writeDynamic(w, ${v}); w.ensure(${this.reserve}); ${RELOAD}\n`;
        return;
      case 'array':
        this.#writeArray(shape.of, v);
        return;
      case 'object':
        this.#writeObject(shape.fields, v);
    }
  }

  #writeArray(of: Shape, v: string): void {
    this.text += `if (!Array.isArray(${v}) || ${v}.constructor !== Array) return false;
      const n_${v} = ${v}.length;
      d.setUint32(p, n_${v}, true); p += 4;
      for (let i_${v} = 0; i_${v} < n_${v}; i_${v}++) {
        w.position = p; w.ensure(${this.reserve}); ${RELOAD}\n`;
    this.write(of, `${v}[i_${v}]`);
    this.text += `}\nw.position = p; w.ensure(${this.reserve}); ${RELOAD}\n`;
  }

  #writeObject(fields: readonly (readonly [string, Shape])[], v: string): void {
    const names = this.names.push(fields.map(([name]) => name)) - 1;
    this.text += `if (typeof ${v} !== 'object' || ${v} === null || ${v}.constructor !== Object) return false;
      q = 0;
      for (const k in ${v}) if (k !== names${names}[q++]) return false;
      if (q !== ${fields.length}) return false;\n`;
    for (const [name, field] of fields) this.write(field, `${v}[${JSON.stringify(name)}]`);
  }
}

class DecoderSource {
  text = '';
  #variables = 0;

  /** Appends the statements that read a value, and returns the expression that stands for it. */
  read(shape: Shape): string {
    const v = `v${this.#variables++}`;
    switch (shape.kind) {
      case 'number':
        this.text += `const ${v} = d.getFloat64(p, true); p += 8;\n`;
        return v;
      case 'boolean':
        this.text += `const ${v} = b[p++] === 1;\n`;
        return v;
      case 'string':
        this.text += `r.position = p; const ${v} = r.readString(); p = r.position;\n`;
        return v;
      case 'any':
        this.text += `r.position = p; const ${v} = readDynamic(r); p = r.position;\n`;
        return v;
      case 'array': {
        this.text += `const ${v} = []; const n_${v} = d.getUint32(p, true); p += 4;
          for (let i_${v} = 0; i_${v} < n_${v}; i_${v}++) {\n`;
        const element = this.read(shape.of);
        this.text += `${v}.push(${element});\n}\n`;
        return v;
      }
      case 'object': {
        const fields = shape.fields.map(([name, field]) => `${JSON.stringify(name)}: ${this.read(field)}`);
        // A statement of its own: inside an array the literal must not be evaluated later than its fields.
        this.text += `const ${v} = { ${fields.join(', ')} };\n`;
        return v;
      }
    }
  }
}
