/** The options that a program works with: what it set itself, before what `-D`, `-p` and config.yaml gave it. Values are text. */

import { type ConfigOption, Configuration } from '../common/config.js';
import { mergeConfiguration } from '../common/options.js';

/** Options of one environment. @internal */
export class ProgramConfiguration {
  readonly #base: Readonly<Record<string, string>>;
  readonly #own: Record<string, string> = {};

  constructor(base: Readonly<Record<string, string>>) {
    this.#base = base;
  }

  /** Sets an option for the program. */
  set(key: string, value: string): void {
    this.#own[key] = value;
  }

  /** The program's value, else that of the command and the file, else the default. */
  get<T>(option: ConfigOption<T>): T {
    return this.#merged().get(option);
  }

  /** The text of a key, known or not. */
  raw(key: string): string | undefined {
    return this.#merged().raw(key);
  }

  /** What the program itself set. */
  own(): Readonly<Record<string, string>> {
    return Object.freeze({ ...this.#own });
  }

  #merged(): Configuration {
    return new Configuration(mergeConfiguration(this.#base, this.#own));
  }
}
