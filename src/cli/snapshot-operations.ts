/**
 * Operations on running jobs, by Flink's protocol: trigger, then poll until the result is there. The job answers on its
 * socket; once it has ended, its archive does. With `-m` a gateway or a real Flink cluster answers instead.
 */

import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { Configuration } from '../common/config.js';
import { type ErrorWire, errorFromWire, FlinkError } from '../common/errors.js';
import { type JobId, newTriggerId } from '../common/ids.js';
import { CheckpointingOptions, RestOptions } from '../common/options.js';
import { findArchived } from '../rest/archived-answer.js';
import { callRest, type RestAddress } from '../rest/client.js';
import { missingDirectory } from '../rest/savepoint-directory.js';
import { HomeDirectory } from '../snapshot/home-directory.js';
import type { Invocation } from './commands.js';
import { readJob } from './jobs.js';
import { ForeignFailure, OperationTimeout } from './operation-failure.js';
import { gatewayAddress } from './target.js';

/** An operation to trigger. @internal */
export interface OperationRequest {
  readonly jobId: JobId;
  readonly verb: 'savepoints' | 'stop' | 'checkpoints';
  readonly body: Readonly<Record<string, unknown>>;
  /** The field of the body that names the directory; undefined for checkpoints. */
  readonly directoryField?: 'target-directory' | 'targetDirectory';
}

type Json = Readonly<Record<string, unknown>>;

const FIRST_POLL_MS = 5;
const SLOWEST_POLL_MS = 200;
/** How long a job that has just ended may take to write its archive. */
const ARCHIVE_GRACE_MS = 10_000;

/** The operations that one call of the command makes. @internal */
export class SnapshotOperations {
  readonly #invocation: Invocation;
  readonly #home: HomeDirectory;
  readonly #configuration: Configuration;
  readonly #gateway: RestAddress | undefined;
  readonly #deadline: number;

  private constructor(invocation: Invocation, gateway: RestAddress | undefined) {
    this.#invocation = invocation;
    this.#home = new HomeDirectory(invocation.environment);
    this.#configuration = new Configuration({ ...invocation.settings, ...invocation.line.properties('D') });
    this.#gateway = gateway;
    this.#deadline = Date.now() + this.#configuration.get(RestOptions.CLIENT_TIMEOUT);
  }

  /** Looks where the call goes (`-m`). */
  static async open(invocation: Invocation): Promise<SnapshotOperations> {
    const address = await gatewayAddress(invocation.line, invocation.settings);
    if (address === undefined) return new SnapshotOperations(invocation, undefined);
    const { host, port, protocol, path } = address;
    return new SnapshotOperations(invocation, { host, port, protocol, pathPrefix: path });
  }

  /** Whether the call goes to a gateway or a cluster. */
  get isRemote(): boolean {
    return this.#gateway !== undefined;
  }

  get home(): HomeDirectory {
    return this.#home;
  }

  /** Triggers an operation; returns its id. A job that has ended takes everything, as in Flink: nothing comes of it. */
  async trigger(request: OperationRequest): Promise<string> {
    const address = this.#addressOf(request);
    return address === undefined ? newTriggerId() : await this.#trigger(address, request);
  }

  /**
   * Triggers an operation and waits for its end.
   *
   * @throws what the operation failed with; OperationTimeout after `client.timeout`.
   */
  async run(request: OperationRequest): Promise<Json> {
    const address = this.#addressOf(request);
    if (address === undefined) {
      throw new FlinkError('JOB_NOT_FOUND', `Could not find Flink job (${request.jobId})`);
    }
    const id = await this.#trigger(address, request);
    const kind = request.verb === 'checkpoints' ? 'checkpoints' : 'savepoints';
    return await this.#result(address, request.jobId, `/jobs/${request.jobId}/${kind}/${id}`);
  }

  /** Deletes a savepoint where the gateway runs. */
  async dispose(path: string): Promise<void> {
    const address = this.#gateway as RestAddress;
    const call = { method: 'POST', path: '/savepoint-disposal', body: { 'savepoint-path': path } } as const;
    const answer = (await this.#call(address, call)) as Json;
    await this.#result(address, undefined, `/savepoint-disposal/${String(answer['request-id'])}`);
  }

  /** Where the job answers; undefined when it does not, because it has ended or nobody knows it. */
  #addressOf({ jobId, body, directoryField }: OperationRequest): RestAddress | undefined {
    if (this.#gateway !== undefined) return this.#gateway;
    const job = readJob(this.#home, jobId);
    if (job?.isAlive === true && job.socketPath !== undefined) return { socketPath: job.socketPath };
    const isGiven = directoryField === undefined || typeof body[directoryField] === 'string';
    const configured = new Configuration(this.#invocation.settings).get(CheckpointingOptions.SAVEPOINT_DIRECTORY);
    if (!isGiven && configured === undefined) {
      throw new FlinkError('REQUEST_INVALID', missingDirectory(directoryField));
    }
    return undefined;
  }

  async #trigger(address: RestAddress, { jobId, verb, body, directoryField }: OperationRequest): Promise<string> {
    const sent = 'socketPath' in address ? withAbsolute(body, directoryField) : body;
    const call = {
      method: 'POST',
      path: `/jobs/${jobId}/${verb}`,
      body: { ...sent, triggerId: newTriggerId() },
    } as const;
    const answer = (await this.#call(address, call)) as Json;
    return String(answer['request-id']);
  }

  async #result(address: RestAddress, jobId: JobId | undefined, path: string): Promise<Json> {
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(2 * wait, SLOWEST_POLL_MS)) {
      const answer = (await this.#poll(address, jobId, path)) as { readonly status?: Json; readonly operation?: Json };
      if (answer.status?.id === 'COMPLETED') return resultOf(answer.operation ?? {});
      if (Date.now() + wait > this.#deadline) throw new OperationTimeout();
      await new Promise((done) => setTimeout(done, wait));
    }
  }

  async #poll(address: RestAddress, jobId: JobId | undefined, path: string): Promise<unknown> {
    try {
      return await this.#call(address, { method: 'GET', path });
    } catch (error) {
      const isGone = error instanceof FlinkError && error.code === 'UNREACHABLE' && 'socketPath' in address;
      if (!isGone || jobId === undefined) throw error;
      return await this.#archived(jobId, path, error);
    }
  }

  /** The job has ended meanwhile: its archive has the result. */
  async #archived(jobId: JobId, path: string, unreachable: FlinkError): Promise<unknown> {
    const file = this.#home.archiveFile(jobId);
    for (const end = Date.now() + ARCHIVE_GRACE_MS; ; ) {
      if (existsSync(file)) {
        const answer = findArchived(readFileSync(file, 'utf8'), path);
        if (answer !== undefined) return answer;
        throw unreachable;
      }
      if (Date.now() > end || readJob(this.#home, jobId)?.isAlive !== true) throw unreachable;
      await new Promise((done) => setTimeout(done, SLOWEST_POLL_MS));
    }
  }

  async #call(address: RestAddress, call: Parameters<typeof callRest>[1]): Promise<unknown> {
    const timeoutMs = this.#deadline - Date.now();
    if (timeoutMs <= 0) throw new OperationTimeout();
    try {
      return await callRest(address, { ...call, timeoutMs });
    } catch (error) {
      if (Date.now() >= this.#deadline) throw new OperationTimeout();
      throw error;
    }
  }
}

/** A relative directory starts where the command was called, not where the job was. */
function withAbsolute(body: Json, field: string | undefined): Json {
  const target = field === undefined ? undefined : body[field];
  if (typeof target !== 'string' || target === '' || target.includes(':') || isAbsolute(target)) return body;
  return { ...body, [field as string]: resolve(target) };
}

/** The value of an operation, or its failure: ours as the error it was, Flink's by its printed stack. */
function resultOf(operation: Json): Json {
  const failure = (operation['failure-cause'] ?? operation.failureCause) as
    | { readonly error?: ErrorWire; readonly 'stack-trace'?: string; readonly class?: string }
    | undefined;
  if (failure === undefined) return operation;
  if (failure.error !== undefined) throw errorFromWire(failure.error);
  throw new ForeignFailure(failure['stack-trace'] ?? failure.class ?? 'unknown failure');
}
