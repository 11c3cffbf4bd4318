/**
 * Stands for the operator of a task that had finished when the restored snapshot was taken: user functions are not called
 * again. A source ends at once, with the last watermark; everything else passes watermarks and the end on.
 */

import type { InputStatus } from '../api/connector.js';
import { MAX_TIMESTAMP } from '../common/time.js';
import { BaseOperator } from './base-operator.js';
import type { OperatorEvent, SourceOperatorContract, StreamOperator } from './stream-operator.js';

/** Makes the stand-in of a source or of another operator. @internal */
export function createFinishedOperator(isSource: boolean): StreamOperator {
  return isSource ? new FinishedSource() : new FinishedOperator();
}

class FinishedOperator extends BaseOperator {
  /** Nothing is left to come; what an upstream task emits in its own end belongs to inputs that had ended here. */
  processElement(): void {}
  processElement2(): void {}
}

class FinishedSource extends BaseOperator implements SourceOperatorContract {
  poll(_maxRecords: number): InputStatus {
    this.output.emitWatermark(MAX_TIMESTAMP);
    return 'END_OF_INPUT';
  }

  handleEvent(_event: OperatorEvent): void {}

  stop(): void {}
}
