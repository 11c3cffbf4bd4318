/** The format of `-type`. */

import type { ParsedLine } from './commons-cli-parser.js';
import { badEnum } from './program-options.js';

const FORMATS = ['CANONICAL', 'NATIVE'];

/** The format that was asked for, in any letter case; canonical without one. @internal */
export function readFormat(line: ParsedLine): string {
  const text = line.value('type');
  if (text === undefined) return 'CANONICAL';
  const format = FORMATS.find((each) => each === text.toUpperCase());
  if (format !== undefined) return format;
  throw badEnum('org.apache.flink.core.execution.SavepointFormatType', FORMATS);
}
