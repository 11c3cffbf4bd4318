/** Which sub-directory a record goes to. */

import { FlinkError } from '../../common/errors.js';

/** What a bucket may depend on beside the record. */
export interface BucketContext {
  /** Null when the record has none. */
  timestamp(): number | null;
  currentWatermark(): number;
  currentProcessingTime(): number;
}

/** The bucket of a record: a relative path, `''` for the directory of the sink itself. */
export type BucketAssigner<T> = (value: T, context: BucketContext) => string;

const FIELDS: Readonly<Record<string, (date: Date) => string>> = {
  yyyy: (date) => String(date.getFullYear()).padStart(4, '0'),
  MM: (date) => twoDigits(date.getMonth() + 1),
  dd: (date) => twoDigits(date.getDate()),
  HH: (date) => twoDigits(date.getHours()),
  mm: (date) => twoDigits(date.getMinutes()),
  ss: (date) => twoDigits(date.getSeconds()),
};

/** A bucket for each value of a time format of processing time, in the time zone of the machine. */
export function timeBuckets(format: string): BucketAssigner<unknown> {
  const pieces = format.split(/(yyyy|MM|dd|HH|mm|ss)/);
  let second = Number.NaN;
  let bucket = '';
  return (_value, context) => {
    const now = Math.floor(context.currentProcessingTime() / 1000);
    if (now !== second) {
      const date = new Date(now * 1000);
      bucket = pieces.map((piece) => FIELDS[piece]?.(date) ?? piece).join('');
      second = now;
    }
    return bucket;
  };
}

/** Refuses a bucket that could lie outside the directory of the sink. @internal */
export function checkBucket(bucket: string): void {
  const isPath =
    bucket === '' || bucket.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  if (isPath && !bucket.includes('\0')) return;
  throw new FlinkError(
    'VALUE_INVALID',
    `${JSON.stringify(bucket)} is no bucket: it must be a relative path without "." and "..".`,
  );
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
