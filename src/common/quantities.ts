/** Durations and memory sizes in the words of Flink's configuration: a number and a unit, `10 s`, `5min`, `20kb`. */

interface Unit {
  readonly name: string;
  readonly labels: readonly string[];
  readonly factor: number;
}

/** Factors in milliseconds. */
const TIME_UNITS: readonly Unit[] = [
  { name: 'DAYS', labels: ['d', 'day', 'days'], factor: 86_400_000 },
  { name: 'HOURS', labels: ['h', 'hour', 'hours'], factor: 3_600_000 },
  { name: 'MINUTES', labels: ['min', 'm', 'minute', 'minutes'], factor: 60_000 },
  { name: 'SECONDS', labels: ['s', 'sec', 'secs', 'second', 'seconds'], factor: 1000 },
  { name: 'MILLISECONDS', labels: ['ms', 'milli', 'millis', 'millisecond', 'milliseconds'], factor: 1 },
  { name: 'MICROSECONDS', labels: ['µs', 'micro', 'micros', 'microsecond', 'microseconds'], factor: 1e-3 },
  { name: 'NANOSECONDS', labels: ['ns', 'nano', 'nanos', 'nanosecond', 'nanoseconds'], factor: 1e-6 },
];

/** Factors in bytes. */
const MEMORY_UNITS: readonly Unit[] = [
  { name: 'BYTES', labels: ['b', 'bytes'], factor: 1 },
  { name: 'KILO_BYTES', labels: ['k', 'kb', 'kibibytes'], factor: 2 ** 10 },
  { name: 'MEGA_BYTES', labels: ['m', 'mb', 'mebibytes'], factor: 2 ** 20 },
  { name: 'GIGA_BYTES', labels: ['g', 'gb', 'gibibytes'], factor: 2 ** 30 },
  { name: 'TERA_BYTES', labels: ['t', 'tb', 'tebibytes'], factor: 2 ** 40 },
];

/** Milliseconds of a text such as `10 s`; no unit = milliseconds, parts of a millisecond are cut off. @internal */
export function parseDuration(text: string): number {
  return Math.trunc(parseQuantity(text, TIME_UNITS, 'MILLISECONDS', 'Time interval'));
}

/** Bytes of a text such as `20 kb`; no unit = bytes. @internal */
export function parseMemorySize(text: string): number {
  return parseQuantity(text, MEMORY_UNITS, 'BYTES', 'Memory size');
}

/** A duration as Flink writes it back: in the largest unit that leaves no rest. @internal */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0 ms';
  const unit = TIME_UNITS.find((each) => milliseconds % each.factor === 0) as Unit;
  return `${milliseconds / unit.factor} ${unit.labels[0]}`;
}

function parseQuantity(text: string, units: readonly Unit[], defaultUnit: string, what: string): number {
  const trimmed = text.trim();
  if (trimmed === '') throw new Error('argument is an empty- or whitespace-only string');
  const digits = /^\d+/.exec(trimmed)?.[0];
  if (digits === undefined) throw new Error('text does not start with a number');
  const label = trimmed.slice(digits.length).trim().toLowerCase();
  const unit = units.find((each) => (label === '' ? each.name === defaultUnit : each.labels.includes(label)));
  if (unit === undefined) {
    const known = units.map((each) => `${each.name}: (${each.labels.join(' | ')})`).join(', ');
    throw new Error(`${what} unit '${label}' does not match any of the recognized units: ${known}`);
  }
  const value = Number(digits) * unit.factor;
  if (value > Number.MAX_SAFE_INTEGER) throw new Error(`The value '${trimmed}' is too large.`);
  return value;
}
