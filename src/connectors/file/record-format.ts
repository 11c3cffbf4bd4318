/** What stands in a line: text, JSON, or a row of CSV. A format makes one decoder a file. */

import { CsvRowParser } from './csv-row-parser.js';

/** The record goes on in the next line. @internal */
export const INCOMPLETE: unique symbol = Symbol('incomplete');
/** The line holds no record: a header, or an empty line. @internal */
export const NO_RECORD: unique symbol = Symbol('no record');

/** Makes records of the lines of one file, in order. @internal */
export interface RecordDecoder<T> {
  /** Throws a plain error that says what is wrong; the reader adds where. */
  decode(line: string): T | typeof INCOMPLETE | typeof NO_RECORD;
}

/** What the records of a file look like. @internal */
export interface RecordFormat<T> {
  /** Names a record in errors, as in "is no JSON". */
  readonly name: string;
  /** Each line is a record of its own: a file may be cut into parts. */
  readonly isSplittable: boolean;
  /** Lines at the beginning of the file say how to read the others, wherever reading begins. */
  readonly hasHeader: boolean;
  /** Passes over records that cannot be decoded. */
  readonly skipMalformed: boolean;
  createDecoder(): RecordDecoder<T>;
}

/** What to do with lines that are not of the format. */
export interface MalformedOptions {
  /** Passes over malformed records instead of failing the job. */
  readonly skipMalformed?: boolean;
}

/** How the rows of CSV files become records. */
export interface CsvOptions extends MalformedOptions {
  /** Default: a comma. */
  readonly delimiter?: string;
  /** Names of the fields; without them the first row of each file holds them. */
  readonly columns?: readonly string[];
}

/** Every line is a record. @internal */
export const lineFormat: RecordFormat<string> = {
  name: 'line',
  isSplittable: true,
  hasHeader: false,
  skipMalformed: false,
  createDecoder: () => ({ decode: (line) => line }),
};

/** Every line that is not blank is a JSON value. @internal */
export function ndjsonFormat<T>(options: MalformedOptions): RecordFormat<T> {
  return {
    name: 'JSON',
    isSplittable: true,
    hasHeader: false,
    skipMalformed: options.skipMalformed ?? false,
    createDecoder: () => ({ decode: (line) => (line.trim() === '' ? NO_RECORD : (JSON.parse(line) as T)) }),
  };
}

/** Every row is an object of its fields' texts. @internal */
export function csvFormat<T>(options: CsvOptions): RecordFormat<T> {
  const { delimiter = ',', columns } = options;
  if (delimiter.length !== 1 || delimiter === '"') {
    throw new TypeError(`The delimiter of CSV is one character and no quote, not ${JSON.stringify(delimiter)}.`);
  }
  return {
    name: 'CSV',
    isSplittable: false,
    hasHeader: columns === undefined,
    skipMalformed: options.skipMalformed ?? false,
    createDecoder: () => new CsvDecoder<T>(delimiter, columns),
  };
}

class CsvDecoder<T> implements RecordDecoder<T> {
  readonly #parser: CsvRowParser;
  #columns: readonly string[] | undefined;
  /** The lines so far of a row with a line end between quotes. */
  #row = '';

  constructor(delimiter: string, columns: readonly string[] | undefined) {
    this.#parser = new CsvRowParser(delimiter);
    this.#columns = columns;
  }

  decode(line: string): T | typeof INCOMPLETE | typeof NO_RECORD {
    const row = this.#row === '' ? line : `${this.#row}\n${line}`;
    if (CsvRowParser.isOpen(row)) {
      this.#row = row;
      return INCOMPLETE;
    }
    this.#row = '';
    if (row === '') return NO_RECORD;
    const fields = this.#parser.parse(row);
    if (this.#columns === undefined) {
      this.#columns = fields;
      return NO_RECORD;
    }
    return this.#toRecord(fields, this.#columns);
  }

  #toRecord(fields: readonly string[], columns: readonly string[]): T {
    if (fields.length !== columns.length) {
      throw new Error(`it has ${fields.length} fields where ${columns.length} are named`);
    }
    const record: Record<string, string> = {};
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as string;
      // As data: assigning to this name would set the prototype.
      if (column === '__proto__') Object.defineProperty(record, column, { value: fields[i], enumerable: true });
      else record[column] = fields[i] as string;
    }
    return record as T;
  }
}
