/** Which code runs the cases of an area, and the comparison of what it gives. */

import { type Difference, differenceOf } from './compare.js';
import type { GoldenCase } from './golden-case.js';
import { runCase as runOperatorCase } from './operator-cases.js';
import { runMultiplexerCase, runValveCase } from './watermark-cases.js';

/** The first difference between a case and what the engine gives; undefined = the case passes. */
export async function runGoldenCase(testCase: GoldenCase): Promise<Difference | undefined> {
  switch (testCase.area) {
    case 'rolling':
    case 'process':
    case 'connect':
    case 'broadcast':
    case 'watermark-strategy':
      return differenceOf(testCase, await runOperatorCase(testCase));
    case 'watermark-valve':
      return differenceOf(testCase, runValveCase(testCase));
    case 'watermark-multiplexer':
      return differenceOf(testCase, runMultiplexerCase(testCase));
    default:
      return {
        what: `the operator of area "${testCase.area}" is not there yet`,
        expected: testCase.output,
        got: undefined,
      };
  }
}
