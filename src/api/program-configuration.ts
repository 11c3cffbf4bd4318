/** The options that a program works with: what it set itself, before what `-D`, `-p` and config.yaml gave it. Values are text. */

/** Options of one environment. @internal */
export class ProgramConfiguration {
  readonly #base: Readonly<Record<string, string>>;
  readonly #own = new Map<string, string>();

  constructor(base: Readonly<Record<string, string>>) {
    this.#base = base;
  }

  set(key: string, value: string): void {
    this.#own.set(key, value);
  }

  /** The program's value, else that of the command and the file. */
  get(key: string): string | undefined {
    return this.#own.get(key) ?? (Object.hasOwn(this.#base, key) ? this.#base[key] : undefined);
  }

  /** What the program itself set. */
  own(): Readonly<Record<string, string>> {
    return Object.freeze(Object.fromEntries(this.#own));
  }
}
