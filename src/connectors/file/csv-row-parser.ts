/** Rows of CSV as RFC 4180 has them: fields may stand in quotes, and a quote in them is doubled. */

const QUOTE = '"';

/** Cuts a row into its fields. @internal */
export class CsvRowParser {
  readonly #delimiter: string;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** Whether a quoted field goes on behind the end of this text. */
  static isOpen(text: string): boolean {
    let isOpen = false;
    for (let at = text.indexOf(QUOTE); at >= 0; at = text.indexOf(QUOTE, at + 1)) isOpen = !isOpen;
    return isOpen;
  }

  /** The fields of a whole row; throws when something follows a closing quote. */
  parse(row: string): string[] {
    if (!row.includes(QUOTE)) return row.split(this.#delimiter);
    const fields: string[] = [];
    let at = 0;
    for (;;) {
      const end = row[at] === QUOTE ? this.#quoted(row, at, fields) : this.#plain(row, at, fields);
      if (end === row.length) return fields;
      at = end + 1;
    }
  }

  /** Adds the field that begins at `at`; returns the place of the delimiter behind it, or the end. */
  #plain(row: string, at: number, fields: string[]): number {
    const delimiter = row.indexOf(this.#delimiter, at);
    const end = delimiter < 0 ? row.length : delimiter;
    fields.push(row.slice(at, end));
    return end;
  }

  #quoted(row: string, at: number, fields: string[]): number {
    let close = row.indexOf(QUOTE, at + 1);
    while (row[close + 1] === QUOTE) close = row.indexOf(QUOTE, close + 2);
    const end = close + 1;
    if (close < 0 || (end < row.length && row[end] !== this.#delimiter)) {
      throw new Error(`a quoted field is followed by ${JSON.stringify(row.slice(end, end + 10))}`);
    }
    fields.push(row.slice(at + 1, close).replaceAll('""', QUOTE));
    return end;
  }
}
