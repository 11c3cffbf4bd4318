/**
 * Times are numbers of milliseconds since the epoch. Java's `Long.MIN_VALUE` and `Long.MAX_VALUE`, which Flink uses as
 * marks, do not fit a number: the infinities stand for them, so that additions saturate by themselves. Serializers map
 * them to the 64-bit values (`longFromTime`, `timeFromLong`).
 */

/** The time before all times: the watermark of a stream that has not had one. */
export const MIN_TIMESTAMP = Number.NEGATIVE_INFINITY;

/** The time after all times: the watermark at the end of a bounded stream. */
export const MAX_TIMESTAMP = Number.POSITIVE_INFINITY;

/** The timestamp of a record that has none; the same value as {@link MIN_TIMESTAMP}, as in Flink. */
export const NO_TIMESTAMP = MIN_TIMESTAMP;

const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** The 64-bit form of a time; infinities become the smallest and the largest long. @internal */
export function longFromTime(time: number): bigint {
  if (time === MAX_TIMESTAMP) return LONG_MAX;
  if (time === MIN_TIMESTAMP) return LONG_MIN;
  return BigInt(Math.trunc(time));
}

/** The time of a 64-bit value; values beyond 2^53 - 1 lose precision, the two extremes become infinities. @internal */
export function timeFromLong(long: bigint): number {
  if (long === LONG_MAX) return MAX_TIMESTAMP;
  if (long === LONG_MIN) return MIN_TIMESTAMP;
  return Number(long);
}
