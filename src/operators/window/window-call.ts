/**
 * Calls what the author gave for the contents of a window: nothing, a process function, an apply function, a join. All
 * results carry the window's last timestamp.
 */

import type { Collector } from '../../api/functions.js';
import type { WindowContext } from '../../api/windowing/window-contracts.js';
import type { FlatJoinFunction } from '../../api/windowing/window-functions.js';
import { unreachable } from '../../common/assert.js';
import type { Window } from '../../common/windows.js';
import type { WindowSpec } from '../../graph/transformation.js';
import { callableOf, checkNoPromise, refusePromise } from '../user-function.js';

/** Calls the function of a window. `context.window()` is the window. @internal */
export interface WindowCall {
  /** `elements` has one member when the elements were folded. */
  process(key: unknown, context: WindowContext<Window>, elements: readonly unknown[], out: Collector<unknown>): void;
  clear?(context: WindowContext<Window>): void;
}

/** An element of a join, with the stream that it came from. @internal */
export interface TaggedElement {
  /** 1 or 2. */
  readonly side: number;
  readonly value: unknown;
}

type Pair = (first: unknown, second: unknown) => unknown;
type Process = { process(...args: unknown[]): unknown; clear?(context: WindowContext<Window>): void };

/** The call of a node's function; undefined where the folded value is the result. @internal */
export function windowCallOf(call: WindowSpec['call'], userFunction: unknown): WindowCall | undefined {
  switch (call) {
    case 'none':
      return undefined;
    case 'process':
      return processCall(userFunction as Process);
    case 'processAll':
      return processAllCall(userFunction as Process);
    case 'apply': {
      const apply = callableOf(userFunction, 'apply');
      return callOf((key, context, elements, out) => apply(key, context.window(), elements, out));
    }
    case 'applyAll': {
      const apply = callableOf(userFunction, 'apply');
      return callOf((_key, context, elements, out) => apply(context.window(), elements, out));
    }
    case 'coGroup': {
      const coGroup = callableOf(userFunction, 'coGroup');
      return callOf((_key, _context, elements, out) => coGroup(sideOf(elements, 1), sideOf(elements, 2), out));
    }
    case 'join':
      return joinCall(callableOf(userFunction, 'join'));
    case 'flatJoin':
      return flatJoinCall(userFunction as FlatJoinFunction<unknown, unknown, unknown>);
    default:
      return unreachable(call);
  }
}

type Call = (
  key: unknown,
  context: WindowContext<Window>,
  elements: readonly unknown[],
  out: Collector<unknown>,
) => unknown;

function callOf(call: Call): WindowCall {
  return {
    process(key, context, elements, out) {
      const result = call(key, context, elements, out);
      if (result !== undefined) checkNoPromise(result, 'window');
    },
  };
}

function processCall(processor: Process): WindowCall {
  return {
    ...callOf((key, context, elements, out) => processor.process(key, context, elements, out)),
    clear: (context) => processor.clear?.(context),
  };
}

function processAllCall(processor: Process): WindowCall {
  return {
    ...callOf((_key, context, elements, out) => processor.process(context, elements, out)),
    clear: (context) => processor.clear?.(context),
  };
}

function joinCall(join: Pair): WindowCall {
  return callOf((_key, _context, elements, out) => {
    const second = sideOf(elements, 2);
    for (const left of sideOf(elements, 1)) {
      for (const right of second) {
        const joined = join(left, right);
        if (joined instanceof Promise) refusePromise('join');
        out.collect(joined);
      }
    }
  });
}

function flatJoinCall(joiner: FlatJoinFunction<unknown, unknown, unknown>): WindowCall {
  return callOf((_key, _context, elements, out) => {
    const second = sideOf(elements, 2);
    for (const left of sideOf(elements, 1)) {
      for (const right of second) joiner.flatJoin(left, right, out);
    }
  });
}

/** The elements of one stream in their order. */
function sideOf(elements: readonly unknown[], side: number): unknown[] {
  const values: unknown[] = [];
  for (const element of elements as readonly TaggedElement[]) if (element.side === side) values.push(element.value);
  return values;
}
