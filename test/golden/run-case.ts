/** Which code runs the cases of an area, and the comparison of what it gives. */

import { invokedDifference, runAsyncCase } from './async-cases.js';
import { canonical, type Difference, differenceOf } from './compare.js';
import type { GoldenCase } from './golden-case.js';
import { runCase as runKeysCase } from './keys-cases.js';
import { runCase as runOperatorCase } from './operator-cases.js';
import { runCase as runOperatorIdCase } from './operator-id-cases.js';
import { runCase as runRedistributionCase } from './redistribution-cases.js';
import { runCase as runStateCase } from './state-cases.js';
import { runMultiplexerCase, runValveCase } from './watermark-cases.js';

/** The first difference between a case and what the engine gives; undefined = the case passes. */
export async function runGoldenCase(testCase: GoldenCase): Promise<Difference | undefined> {
  switch (testCase.area) {
    case 'rolling':
    case 'process':
    case 'connect':
    case 'broadcast':
    case 'watermark-strategy':
    case 'window':
    case 'window-join':
    case 'interval-join':
      return differenceOf(testCase, await runOperatorCase(testCase));
    case 'async': {
      const outcome = await runAsyncCase(testCase);
      return differenceOf(testCase, outcome) ?? invokedDifference(testCase, outcome);
    }
    case 'watermark-valve':
      return differenceOf(testCase, runValveCase(testCase));
    case 'watermark-multiplexer':
      return differenceOf(testCase, runMultiplexerCase(testCase));
    case 'keys':
      return inequality(runKeysCase(testCase));
    case 'redistribution':
      return inequality(runRedistributionCase(testCase));
    case 'state':
      return differenceOf(testCase, runStateCase(testCase));
    case 'operator-ids':
      return inequality(runOperatorIdCase(testCase as never));
    default:
      return {
        what: `the operator of area "${testCase.area}" is not there yet`,
        expected: testCase.output,
        got: undefined,
      };
  }
}

/** The difference of a case whose result is one value. */
function inequality({ expected, got }: { readonly expected: unknown; readonly got: unknown }): Difference | undefined {
  return canonical(expected) === canonical(got) ? undefined : { what: 'the result', expected, got };
}
