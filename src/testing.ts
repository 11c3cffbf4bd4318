/**
 * flink-ts/testing: what a test of a job imports. `testHarness` drives one function without a job; `testJob` runs a whole job
 * in the test's own thread, under a clock that the test moves.
 */

export type { JobMain } from './testing/captured-program.js';
export {
  type FunctionHarness,
  type FunctionHarnessOptions,
  type KeyedCoHarnessOptions,
  type KeyedHarnessOptions,
  testHarness,
} from './testing/function-test-harness.js';
export type { Emitted } from './testing/harness-output.js';
export {
  type HarnessSnapshot,
  OperatorTestHarness,
  type OperatorTestHarnessOptions,
} from './testing/operator-test-harness.js';
export { type TestJob, type TestJobOptions, type TestJobSnapshot, testJob } from './testing/test-job.js';
export { TestSink, type TimestampedRecord } from './testing/test-sink.js';
export { TestSource } from './testing/test-source.js';
