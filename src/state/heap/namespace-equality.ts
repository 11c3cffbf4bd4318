/** When two namespaces are one: windows by their bounds, without building text for each comparison. */

import type { TimeWindow } from '../../common/windows.js';
import { TIME_WINDOW } from '../namespaces.js';
import type { Type } from '../type.js';

/** The equality of the namespaces of a type. @internal */
export function namespaceEquality(type: Type<unknown>): (a: unknown, b: unknown) => boolean {
  if (type === (TIME_WINDOW as unknown)) return (a, b) => isSameWindow(a as TimeWindow, b as TimeWindow);
  const mapKeyOf = type.mapKey;
  if (mapKeyOf === undefined) throw new TypeError(`${type.name} cannot be a namespace type.`);
  return (a, b) => a === b || mapKeyOf(a) === mapKeyOf(b);
}

function isSameWindow(a: TimeWindow, b: TimeWindow): boolean {
  return a.start === b.start && a.end === b.end;
}
