/** Names of our own types, as the trailer has them: `LIST(ROW(id: STRING, seen: ANY))` taken apart. */

/** A type by its name. @internal */
export interface TypeName {
  readonly name: string;
  readonly parts: readonly TypeName[];
  /** Of a row: what its parts are called. */
  readonly fields?: readonly string[];
}

const MAX_DEPTH = 32;

/** Takes a name apart; undefined for what is none. @internal */
export function parseTypeName(text: string): TypeName | undefined {
  const parser = new Parser(text);
  const type = parser.type(0);
  return parser.isAtEnd ? type : undefined;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  type(depth: number): TypeName | undefined {
    const name = this.#match(/[A-Z_0-9]+/y);
    if (name === undefined || depth > MAX_DEPTH) return undefined;
    if (this.#match(/\(/y) === undefined) return { name, parts: [] };
    const parts: TypeName[] = [];
    const fields: string[] = [];
    do {
      if (name === 'ROW') {
        const field = this.#match(/[^:]*: /y);
        if (field === undefined) return undefined;
        fields.push(field.slice(0, -2));
      }
      const part = this.type(depth + 1);
      if (part === undefined) return undefined;
      parts.push(part);
    } while (this.#match(/, /y) !== undefined);
    if (this.#match(/\)/y) === undefined) return undefined;
    return name === 'ROW' ? { name, parts, fields } : { name, parts };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
