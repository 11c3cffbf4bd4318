/**
 * Reads the JSON of a trailer. Only known fields are taken, each checked for its type: what a later version adds is
 * skipped, and a key such as `__proto__` is data that nobody looks at.
 */

import type {
  DecodedTrailer,
  FileDescription,
  MetadataTrailer,
  OperatorDescription,
  SnapshotReference,
} from '../metadata-trailer.js';

type Fail = (problem: string) => Error;
type Json = Readonly<Record<string, unknown>>;

/** The trailer of its JSON; `fail` makes the error to throw. @internal */
export function parseTrailer(bytes: Uint8Array, fail: Fail): DecodedTrailer {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw fail('the trailer is no JSON');
  }
  const fields = new Fields(value, fail);
  const jobFileHash = fields.optional('jobFileHash', 'string');
  const programArguments = fields.optionalList('arguments', (item) => textOf(item, fail));
  const parent = fields.has('parent') ? referenceOf(fields.get('parent'), fail) : undefined;
  const lineage = fields.optionalList('lineage', (item) => referenceOf(item, fail));
  const flinkPart = new Fields(fields.get('flinkPart'), fail);
  return {
    writtenBy: fields.required('writtenBy', 'string'),
    kind: fields.oneOf('kind', ['checkpoint', 'savepoint']),
    format: fields.oneOf<MetadataTrailer['format']>('format', ['canonical', 'native', 'incremental']),
    jobId: fields.required('jobId', 'string'),
    jobName: fields.required('jobName', 'string'),
    time: fields.required('time', 'number'),
    ...(jobFileHash !== undefined && { jobFileHash }),
    ...(programArguments !== undefined && { arguments: programArguments }),
    ...(parent !== undefined && { parent }),
    ...(lineage !== undefined && { lineage }),
    operators: fields.optionalList('operators', (item) => operatorOf(item, fail)) ?? [],
    files: fields.optionalList('files', (item) => fileOf(item, fail)) ?? [],
    flinkPart: { length: flinkPart.required('length', 'number'), crc32: flinkPart.required('crc32', 'number') },
  };
}

function referenceOf(value: unknown, fail: Fail): SnapshotReference {
  const fields = new Fields(value, fail);
  const jobId = fields.optional('jobId', 'string');
  return {
    path: fields.required('path', 'string'),
    checkpointId: fields.required('checkpointId', 'number'),
    ...(jobId !== undefined && { jobId }),
  };
}

function operatorOf(value: unknown, fail: Fail): OperatorDescription {
  const fields = new Fields(value, fail);
  const name = fields.optional('name', 'string');
  const uid = fields.optional('uid', 'string');
  const keyType = fields.optional('keyType', 'string');
  const states = fields.optionalList('states', (item) => {
    const state = new Fields(item, fail);
    return {
      name: state.required('name', 'string'),
      kind: state.required('kind', 'string'),
      type: state.required('type', 'string'),
    };
  });
  return {
    operatorId: fields.required('operatorId', 'string'),
    ...(name !== undefined && { name }),
    ...(uid !== undefined && { uid }),
    ...(keyType !== undefined && { keyType }),
    ...(states !== undefined && { states }),
  };
}

function fileOf(value: unknown, fail: Fail): FileDescription {
  const fields = new Fields(value, fail);
  const sum = fields.optional('crc32', 'number');
  return {
    path: fields.required('path', 'string'),
    size: fields.required('size', 'number'),
    ...(sum !== undefined && { crc32: sum }),
  };
}

function textOf(value: unknown, fail: Fail): string {
  if (typeof value !== 'string') throw fail('the trailer has a list with something else than texts');
  return value;
}

interface TypeNames {
  readonly string: string;
  readonly number: number;
}

/** The own fields of an object, by type. */
class Fields {
  readonly #value: Json;
  readonly #fail: Fail;

  constructor(value: unknown, fail: Fail) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('the trailer lacks an object');
    this.#value = value as Json;
    this.#fail = fail;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#value, name);
  }

  get(name: string): unknown {
    return this.has(name) ? this.#value[name] : undefined;
  }

  required<T extends keyof TypeNames>(name: string, type: T): TypeNames[T] {
    const value = this.optional(name, type);
    if (value === undefined) throw this.#fail(`the trailer lacks "${name}"`);
    return value;
  }

  optional<T extends keyof TypeNames>(name: string, type: T): TypeNames[T] | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== type) throw this.#fail(`"${name}" of the trailer is no ${type}`);
    return value as TypeNames[T];
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const found = values.find((value) => value === this.get(name));
    if (found === undefined) throw this.#fail(`"${name}" of the trailer is none of ${values.join(', ')}`);
    return found;
  }

  optionalList<T>(name: string, read: (item: unknown) => T): T[] | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.#fail(`"${name}" of the trailer is no list`);
    return value.map(read);
  }
}
