/** Program arguments as they may be written down: values of keys that Flink calls sensitive are replaced. */

import { isSensitiveKey } from '../common/options.js';

/** What stands in place of a sensitive value; Flink's. @internal */
export const REDACTED = '******';

/** Replaces the values of `--password x`, `--password=x` and `-Dsome.secret=x`. @internal */
export function redactArguments(programArguments: readonly string[]): string[] {
  let isValueSensitive = false;
  return programArguments.map((argument) => {
    const hidesThis = isValueSensitive && !argument.startsWith('-');
    isValueSensitive = false;
    if (hidesThis) return REDACTED;
    const equals = argument.indexOf('=');
    if (equals > 0) {
      const key = argument.slice(0, equals);
      return isSensitiveKey(key) ? `${key}=${REDACTED}` : argument;
    }
    isValueSensitive = argument.startsWith('-') && isSensitiveKey(argument);
    return argument;
  });
}
