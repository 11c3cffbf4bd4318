/** The main thread's handle of the program worker: starts it, hears it out, and notices however it ends. */

import { Worker } from 'node:worker_threads';
import { type ErrorWire, errorToWire } from '../../common/errors.js';
import type { FromProgramWorker, ProgramWorkerStart, ToProgramWorker } from './messages.js';

/** How `main` ended. @internal */
export type ProgramEnd =
  | { readonly kind: 'returned'; readonly jobs: number }
  | { readonly kind: 'failed'; readonly error: ErrorWire }
  | { readonly kind: 'exited'; readonly code: number };

/** What `main` asks for while it runs. @internal */
export type ProgramRequest = Extract<FromProgramWorker, { type: 'submit' | 'cancel-job' | 'output' | 'plan' }>;

/** A running `main`. @internal */
export class ProgramClient {
  /** Settles once, with the first way in which `main` ended; never rejects. */
  readonly ended: Promise<ProgramEnd>;
  readonly #worker: Worker;

  constructor(start: ProgramWorkerStart, onRequest: (request: ProgramRequest) => void) {
    // What main prints comes as messages; streams that are taken and not read would pile up, and nothing goes there.
    this.#worker = new Worker(new URL('./program-worker.js', import.meta.url), { workerData: start });
    this.ended = new Promise((resolve) => {
      this.#worker.on('message', (message: FromProgramWorker) => {
        if (message.type === 'main-ended') resolve({ kind: 'returned', jobs: message.jobs });
        else if (message.type === 'main-failed') resolve({ kind: 'failed', error: message.error });
        else if (message.type === 'exit') resolve({ kind: 'exited', code: message.code });
        else onRequest(message);
      });
      this.#worker.on('error', (error) => resolve({ kind: 'failed', error: errorToWire(error) }));
      this.#worker.on('exit', (code) => resolve({ kind: 'exited', code }));
    });
  }

  /** Tells `main` something; nothing happens when its thread is gone. */
  send(message: ToProgramWorker): void {
    this.#worker.postMessage(message);
  }

  /** Ends the thread, whatever it is doing. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
