/**
 * The argument grammar of `bin/flink`: that of commons-cli 1.5's default parser with abbreviated long names, quirks
 * included, because scripts depend on them. The rules are those of the recorded calls: which token is an option's value,
 * which one ends the options, which one is an error.
 *
 * Two modes: *stop* (`run`, `info`) ends at the first token that is neither an option nor a value, and hands on the rest
 * untouched, unknown dashed words included; *interleaved* (all other verbs) collects bare words anywhere and refuses
 * unknown dashed words.
 */

import { CliUsageError } from './cli-errors.js';
import { type CliOption, optionKey, valueLimit } from './option.js';

/** How the parser treats a token that is no option. @internal */
export type ParseMode = 'stop' | 'interleaved';

/** The options that were given, in order, and the words that were none. @internal */
export class ParsedLine {
  readonly args: string[] = [];
  readonly #given: { readonly option: CliOption; readonly values: string[] }[] = [];

  /** Notes an option; its values are added to the list that is returned. */
  add(option: CliOption): string[] {
    const values: string[] = [];
    this.#given.push({ option, values });
    return values;
  }

  has(name: string): boolean {
    return this.#given.some(({ option }) => option.short === name || option.long === name);
  }

  /** The value of the first occurrence: of a repeated option the first one wins. */
  value(name: string): string | undefined {
    return this.#named(name).find(({ values }) => values.length > 0)?.values[0];
  }

  /** All values of all occurrences. */
  values(name: string): readonly string[] {
    return this.#named(name).flatMap(({ values }) => values);
  }

  /** `-D` options as a map: `-Dk` alone is `true`, and of two with one key the last wins. */
  properties(name: string): Record<string, string> {
    const properties: Record<string, string> = {};
    for (const { values } of this.#named(name)) {
      const [key, value] = values;
      if (key !== undefined) {
        Object.defineProperty(properties, key, {
          value: value ?? 'true',
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
    }
    return properties;
  }

  #named(name: string) {
    return this.#given.filter(({ option }) => option.short === name || option.long === name);
  }
}

/**
 * Parses the words behind a verb.
 *
 * @throws CliUsageError with Flink's text.
 * @internal
 */
export function parseLine(options: readonly CliOption[], tokens: readonly string[], mode: ParseMode): ParsedLine {
  const parser = new Parser(options, mode);
  for (const token of tokens) parser.take(token);
  return parser.end();
}

class Parser {
  readonly #shorts = new Map<string, CliOption>();
  readonly #longs = new Map<string, CliOption>();
  readonly #own = new Map<string, CliOption>();
  readonly #mode: ParseMode;
  readonly #line = new ParsedLine();
  /** The option that may take the next token as a value. */
  #open: { readonly option: CliOption; readonly values: string[] } | undefined;
  #skipping = false;

  constructor(options: readonly CliOption[], mode: ParseMode) {
    this.#mode = mode;
    for (const option of options) {
      if (option.own === true) {
        this.#own.set(`--${option.long}`, option);
        continue;
      }
      if (option.short !== undefined) this.#shorts.set(option.short, option);
      if (option.long !== undefined) this.#longs.set(option.long, option);
    }
  }

  take(token: string): void {
    const open = this.#open;
    if (this.#skipping) this.#line.args.push(token);
    else if (token === '--') this.#skipping = true;
    else if (open !== undefined && acceptsValue(open) && this.#isValue(token)) addValue(open, unquote(token));
    else if (this.#own.has(token)) this.#start(this.#own.get(token) as CliOption);
    else if (token.startsWith('--')) this.#takeLong(token);
    else if (token.startsWith('-') && token.length > 1) this.#takeShortOrLong(token);
    else this.#takeUnknown(token);
    if (this.#open !== undefined && !acceptsValue(this.#open)) this.#open = undefined;
  }

  end(): ParsedLine {
    this.#refuseMissingValue();
    return this.#line;
  }

  /** `--name`, `--name=value`; also reached by `-name`. */
  #takeLong(token: string): void {
    const equals = token.indexOf('=');
    const name = stripHyphens(equals === -1 ? token : token.slice(0, equals));
    const option = this.#resolveLong(name, equals === -1 ? token : token.slice(0, equals));
    if (option === undefined) return this.#takeUnknown(token);
    if (equals === -1) return this.#start(option);
    if (valueLimit(option) === 0) return this.#takeUnknown(token);
    this.#startWith(option, [token.slice(equals + 1)]);
  }

  #takeShortOrLong(token: string): void {
    const text = stripHyphens(token);
    const equals = text.indexOf('=');
    if (equals !== -1) return this.#takeShortWithEquals(token, text.slice(0, equals), text.slice(equals + 1));
    const short = this.#shorts.get(text);
    if (short !== undefined) return this.#start(short);
    if (text.length === 1) return this.#takeUnknown(token);
    if (this.#matchingLongs(text).length > 0) return this.#takeLong(token);
    const prefix = this.#longPrefix(text);
    const prefixed = prefix === undefined ? undefined : this.#longs.get(prefix);
    if (prefix !== undefined && prefixed !== undefined && valueLimit(prefixed) !== 0) {
      return this.#startWith(prefixed, [text.slice(prefix.length)]);
    }
    const property = this.#propertyOption(text);
    if (property !== undefined) return this.#startWith(property, [text.slice(1)]);
    this.#takeConcatenated(token);
  }

  /** `-S=value`, `-Dkey=value`, `-name=value`. */
  #takeShortWithEquals(token: string, name: string, value: string): void {
    if (name.length === 1) {
      const option = this.#shorts.get(name) ?? this.#longs.get(name);
      if (option === undefined || valueLimit(option) === 0) return this.#takeUnknown(token);
      return this.#startWith(option, [value]);
    }
    const property = this.#propertyOption(name);
    if (property !== undefined) return this.#startWith(property, [name.slice(1), value]);
    this.#takeLong(token);
  }

  /** `-nd`, `-dp dir`, `-p4`: letters one by one; what follows a letter with a value is that value. */
  #takeConcatenated(token: string): void {
    for (let i = 1; i < token.length; i++) {
      const letter = token.charAt(i);
      const option = this.#shorts.get(letter) ?? this.#longs.get(letter);
      if (option === undefined) {
        this.#takeUnknown(this.#mode === 'stop' && i > 1 ? token.slice(i) : token);
        return;
      }
      if (valueLimit(option) !== 0 && i + 1 < token.length) {
        this.#startAppending(option, token.slice(i + 1));
        return;
      }
      this.#start(option);
    }
  }

  #takeUnknown(token: string): void {
    if (token.startsWith('-') && token.length > 1 && this.#mode === 'interleaved') {
      throw new CliUsageError(`Unrecognized option: ${token}`);
    }
    this.#line.args.push(token);
    if (this.#mode === 'stop') this.#skipping = true;
  }

  #start(option: CliOption): void {
    this.#refuseMissingValue();
    const values = this.#line.add(option);
    this.#open = valueLimit(option) === 0 ? undefined : { option, values };
  }

  /** An option with all the values that it gets. */
  #startWith(option: CliOption, values: readonly string[]): void {
    this.#start(option);
    const open = this.#open;
    if (open !== undefined) for (const value of values) addValue(open, value);
    this.#open = undefined;
  }

  /** An option whose first value is the rest of its token; more may follow. */
  #startAppending(option: CliOption, value: string): void {
    this.#start(option);
    if (this.#open !== undefined) addValue(this.#open, value);
  }

  #refuseMissingValue(): void {
    const open = this.#open;
    if (open === undefined || open.option.optionalArg === true) return;
    const missing = valueLimit(open.option) === -1 ? open.values.length === 0 : acceptsValue(open);
    if (missing) throw new CliUsageError(`Missing argument for option: ${optionKey(open.option)}`);
  }

  #isValue(token: string): boolean {
    return !this.#isOption(token) || isNumber(token);
  }

  #isOption(token: string): boolean {
    if (!token.startsWith('-') || token.length === 1) return false;
    if (this.#own.has(token)) return true;
    const text = stripHyphens(token);
    const equals = text.indexOf('=');
    const name = equals === -1 ? text : text.slice(0, equals);
    if (this.#matchingLongs(name).length > 0) return true;
    if (!token.startsWith('--') && this.#longPrefix(text) !== undefined) return true;
    const shortName = token.slice(1, token.includes('=') ? token.indexOf('=') : undefined);
    return this.#shorts.has(shortName) || (shortName.length > 0 && this.#shorts.has(shortName.charAt(0)));
  }

  /** The long option of this name or abbreviation; undefined when there is none. */
  #resolveLong(name: string, token: string): CliOption | undefined {
    const exact = this.#longs.get(name);
    if (exact !== undefined) return exact;
    const names = this.#matchingLongs(name);
    if (names.length > 1) {
      const candidates = names.map((candidate) => `'${candidate}'`).join(', ');
      throw new CliUsageError(`Ambiguous option: '${token}'  (could be: ${candidates})`);
    }
    return names[0] === undefined ? undefined : this.#longs.get(names[0]);
  }

  #matchingLongs(name: string): readonly string[] {
    return this.#longs.has(name) ? [name] : [...this.#longs.keys()].filter((long) => long.startsWith(name));
  }

  /** The longest long name that `text` begins with and goes beyond by two characters or more. */
  #longPrefix(text: string): string | undefined {
    for (let length = text.length - 2; length > 1; length--) {
      if (this.#longs.has(text.slice(0, length))) return text.slice(0, length);
    }
    return undefined;
  }

  /** The one-letter option that `text` begins with, if it takes several values (`-Dkey=value`). */
  #propertyOption(text: string): CliOption | undefined {
    const option = this.#shorts.get(text.charAt(0));
    return option !== undefined && (valueLimit(option) > 1 || valueLimit(option) === -1) ? option : undefined;
  }
}

interface Open {
  readonly option: CliOption;
  readonly values: string[];
}

function acceptsValue({ option, values }: Open): boolean {
  const limit = valueLimit(option);
  return limit !== 0 && (limit === -1 || values.length < limit);
}

function addValue({ option, values }: Open, value: string): void {
  const equals = option.splitsAtEquals === true && values.length === 0 ? value.indexOf('=') : -1;
  if (equals === -1) values.push(value);
  else values.push(value.slice(0, equals), value.slice(equals + 1));
}

function stripHyphens(token: string): string {
  if (token.startsWith('--')) return token.slice(2);
  return token.startsWith('-') ? token.slice(1) : token;
}

/** A pair of quotes around a value is dropped, if there is none inside. */
function unquote(token: string): string {
  const inner = token.slice(1, -1);
  return token.length > 1 && token.startsWith('"') && token.endsWith('"') && !inner.includes('"') ? inner : token;
}

function isNumber(token: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[dfDF]?$/i.test(token);
}
