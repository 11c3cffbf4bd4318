/**
 * Typed configuration options over a flat map of strings. A value is parsed when it is read, as in Flink, so a bad value
 * of a key that nobody needs does no harm; the texts of errors are Flink's. Which options exist: `options.ts`.
 */

import { FlinkError } from './errors.js';
import { parseDuration, parseMemorySize } from './quantities.js';

/** How the text of an option is read. @internal */
export interface OptionType<T> {
  /** As it is named in documentation: `Integer`, `Duration`, `MemorySize`, … */
  readonly name: string;
  /** Throws a plain Error with the reason when the text is no such value. */
  parse(text: string): T;
}

/** A setting: its key, what it means, and what holds when nobody sets it. @internal */
export interface ConfigOption<T> {
  readonly key: string;
  readonly type: OptionType<T>;
  readonly defaultValue: T;
  readonly description: string;
  /** Older spellings of the key; the first that is set counts when the key itself is not. */
  readonly aliases: readonly string[];
}

/** Makes an option that has a default. @internal */
export function option<T>(
  key: string,
  type: OptionType<T>,
  defaultValue: T,
  description: string,
  ...aliases: readonly string[]
): ConfigOption<T> {
  return { key, type, defaultValue, description, aliases };
}

/** Makes an option that is undefined unless it is set. @internal */
export function optional<T>(
  key: string,
  type: OptionType<T>,
  description: string,
  ...aliases: readonly string[]
): ConfigOption<T | undefined> {
  return { key, type, defaultValue: undefined, description, aliases };
}

/** Settings by key; immutable. @internal */
export class Configuration {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(values));
  }

  /**
   * The value of an option, or its default.
   *
   * @throws FlinkError `CONFIG_INVALID` when the text that is set is no value of the option's type.
   */
  get<T>(wanted: ConfigOption<T>): T {
    const key = this.#keyOf(wanted);
    if (key === undefined) return wanted.defaultValue;
    const text = this.#values.get(key) as string;
    try {
      return wanted.type.parse(text);
    } catch (cause) {
      throw new FlinkError('CONFIG_INVALID', `Could not parse value '${text}' for key '${key}'.`, { cause });
    }
  }

  /** Whether the option, or one of its older spellings, is set. */
  has(wanted: ConfigOption<unknown>): boolean {
    return this.#keyOf(wanted) !== undefined;
  }

  /** The text of a key, known or not. */
  raw(key: string): string | undefined {
    return this.#values.get(key);
  }

  /** Keys and texts, as they were given. */
  toRecord(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }

  #keyOf(wanted: ConfigOption<unknown>): string | undefined {
    if (this.#values.has(wanted.key)) return wanted.key;
    return wanted.aliases.find((alias) => this.#values.has(alias));
  }
}

/** Any text. @internal */
export const STRING: OptionType<string> = { name: 'String', parse: (text) => text };

/** A 32-bit whole number. @internal */
export const INTEGER: OptionType<number> = {
  name: 'Integer',
  parse(text) {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text) || value > 0x7fffffff || value < -0x80000000)
      throw new Error(`For input string: "${text}"`);
    return value;
  },
};

/** A number with a fraction. @internal */
export const DOUBLE: OptionType<number> = {
  name: 'Double',
  parse(text) {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value)) throw new Error(`For input string: "${text}"`);
    return value;
  },
};

/** `true` or `false`, in any letter case. @internal */
export const BOOLEAN: OptionType<boolean> = {
  name: 'Boolean',
  parse(text) {
    const word = text.toUpperCase();
    if (word === 'TRUE') return true;
    if (word === 'FALSE') return false;
    throw new Error(`Unrecognized option for boolean: ${text}. Expected either true or false(case insensitive)`);
  },
};

/** Milliseconds, from texts such as `10 s`, `5min` or `300` (milliseconds). @internal */
export const DURATION: OptionType<number> = { name: 'Duration', parse: parseDuration };

/** Bytes, from texts such as `20 kb`, `1g` or `4096` (bytes). @internal */
export const MEMORY_SIZE: OptionType<number> = { name: 'MemorySize', parse: parseMemorySize };

/** One of the given names, in any letter case. @internal */
export function enumOf<const Names extends readonly string[]>(...names: Names): OptionType<Names[number]> {
  return {
    name: 'Enum',
    parse(text) {
      const found = names.find((name) => name.toUpperCase() === text.toUpperCase());
      if (found === undefined)
        throw new Error(`Could not parse value for enum. Expected one of: [[${names.join(', ')}]]`);
      return found;
    },
  };
}

/** Texts between semicolons; quotes protect one, `''` inside them is a quote. @internal */
export const LIST: OptionType<readonly string[]> = { name: 'List<String>', parse: (text) => splitQuoted(text, ';') };

/** `key:value` pairs between commas; quotes as in {@link LIST}. @internal */
export const MAP: OptionType<ReadonlyMap<string, string>> = {
  name: 'Map',
  parse(text) {
    const map = new Map<string, string>();
    for (const pair of splitQuoted(text, ',')) {
      const colon = pair.indexOf(':');
      if (colon < 0) throw new Error(`Map item is not a key-value pair (missing ':'?): ${pair}`);
      map.set(pair.slice(0, colon).trim(), pair.slice(colon + 1).trim());
    }
    return map;
  },
};

function splitQuoted(text: string, separator: string): string[] {
  const items: string[] = [];
  let item = '';
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (quote !== '') {
      if (char !== quote) item += char;
      else if (text.charAt(i + 1) === quote) item += text.charAt(++i);
      else quote = '';
    } else if ((char === "'" || char === '"') && item.trim() === '') {
      quote = char;
    } else if (char === separator) {
      items.push(item.trim());
      item = '';
    } else {
      item += char;
    }
  }
  if (quote !== '') throw new Error(`Could not split string. Quoting was not closed properly.`);
  items.push(item.trim());
  return items.filter((each) => each !== '');
}
