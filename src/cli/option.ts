/**
 * What an option of a verb is. The parser, the help and the verbs read the same tables of these, so that an option cannot
 * be accepted and undocumented, or documented and refused.
 */

/** One option of a verb. @internal */
export interface CliOption {
  /** The name after one dash; several letters are allowed (`cm`, `type`). */
  readonly short?: string;
  /** The name after two dashes. */
  readonly long?: string;
  /** What stands for the value in the help; absent = the option takes none. */
  readonly arg?: string;
  /** The value may be left out. */
  readonly optionalArg?: boolean;
  /** How many values it takes; -1 = all words up to the next option. 1 when there is an `arg` and nothing else is said. */
  readonly values?: number;
  /** `k=v` counts as two values. */
  readonly splitsAtEquals?: boolean;
  readonly description: string;
  /** Accepted, but left out of the help: deprecated, or without meaning in flink-ts. */
  readonly hidden?: boolean;
  /**
   * An option that Flink does not have. It matches its full long name only, so that it takes nothing away from Flink's
   * abbreviations and concatenated letters.
   */
  readonly own?: boolean;
}

/** The name that messages give an option: its short one, as in Flink. @internal */
export function optionKey(option: CliOption): string {
  return option.short ?? option.long ?? '';
}

/** How many values an option takes: 0, a number, or -1 for any. @internal */
export function valueLimit(option: CliOption): number {
  return option.values ?? (option.arg === undefined ? 0 : 1);
}
