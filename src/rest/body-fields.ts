/** Reads the fields of a request body as leniently as Flink's mapper does: null is absent, numbers are texts, texts are booleans. */

import { RestError } from './router.js';

/** Reads one body; what cannot be read is answered with 400 and the name of Flink's class. @internal */
export class BodyFields {
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #className: string;

  constructor(body: Readonly<Record<string, unknown>>, className: string) {
    this.#body = body;
    this.#className = className;
  }

  /** A text; undefined when it is absent or null. */
  text(name: string): string | undefined {
    const value = this.#body[name] ?? undefined;
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.#mismatch(`${name} is no text`);
  }

  /** A boolean; false when it is absent or null. */
  flag(name: string): boolean {
    const value = this.#body[name] ?? false;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    const text = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
    if (text === 'true') return true;
    if (text === 'false' || text === '') return false;
    throw this.#mismatch(`${name} is no boolean`);
  }

  /** One of some names, in their letter case. */
  choice<Name extends string>(name: string, names: readonly Name[], usual: Name): Name {
    const value = this.#body[name] ?? undefined;
    if (value === undefined) return usual;
    const found = names.find((each) => each === value);
    if (found === undefined) throw this.#mismatch(`${name} is none of [${names.join(', ')}]`);
    return found;
  }

  /** The id that the client chose for an operation. */
  triggerId(): string | undefined {
    const text = this.text('triggerId');
    if (text === undefined) return undefined;
    if (!/^[0-9a-fA-F]{32}$/.test(text)) throw this.#mismatch('triggerId has to be 32 hexadecimal digits');
    return text.toLowerCase();
  }

  #mismatch(reason: string): RestError {
    return new RestError(400, `Request did not match expected format ${this.#className}.\nCaused by: ${reason}`);
  }
}
