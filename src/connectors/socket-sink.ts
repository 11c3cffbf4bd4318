/**
 * Writes records to a server. A full connection pauses the task, and a snapshot waits until everything was handed to the
 * system; what the system had not delivered when a connection broke may be missing, as with Flink's socket sink.
 */

import { connect, type Socket } from 'node:net';
import type { Sink, SinkWriter } from '../api/connector.js';
import { type Clock, systemClock } from '../common/clock.js';
import { FlinkError, messageOf } from '../common/errors.js';
import { textOf } from './text-of.js';

/** Flink's pause before it connects again. */
const RETRY_DELAY_MS = 500;

/** Where a {@link SocketSink} connects to, and what it sends. */
export interface SocketSinkOptions<T> {
  readonly hostname: string;
  readonly port: number;
  /** The bytes or the text of a record; default: its text and a line feed. */
  readonly encode?: (value: T) => string | Uint8Array;
  /** How often to connect again when writing fails; default 0, -1 = for ever. */
  readonly maxRetries?: number;
  /** The clock of the retries. @internal */
  readonly clock?: Clock;
}

/** Sends each record to a server. */
export class SocketSink<T> implements Sink<T> {
  readonly #options: SocketSinkOptions<T>;

  constructor(options: SocketSinkOptions<T>) {
    const { port, maxRetries = 0 } = options;
    if (!(Number.isInteger(port) && port > 0 && port < 65536)) throw new TypeError(`${port} is no port.`);
    if (!(Number.isInteger(maxRetries) && maxRetries >= -1)) {
      throw new TypeError(`The number of retries must be a whole number or -1, not ${maxRetries}.`);
    }
    this.#options = options;
  }

  async createWriter(): Promise<SinkWriter<T>> {
    const writer = new SocketSinkWriter<T>(this.#options);
    await writer.open();
    return writer;
  }
}

class SocketSinkWriter<T> implements SinkWriter<T> {
  readonly #options: SocketSinkOptions<T>;
  readonly #encode: (value: T) => string | Uint8Array;
  readonly #clock: Clock;
  #socket: Socket | undefined;
  #error: unknown;
  /** What came while the connection was broken. */
  #backlog: (string | Uint8Array)[] = [];
  #settling: Promise<void> | undefined;
  /** Settles the promise that waits for the socket. */
  #wake: (() => void) | undefined;
  #retries = 0;
  #isClosed = false;

  constructor(options: SocketSinkOptions<T>) {
    this.#options = options;
    this.#encode = options.encode ?? ((value) => `${textOf(value)}\n`);
    this.#clock = options.clock ?? systemClock;
  }

  /** Connects, and connects again while retries are left. */
  async open(): Promise<void> {
    for (;;) {
      try {
        this.#socket = await this.#connect();
        return;
      } catch (error) {
        await this.#beforeRetry(error);
      }
    }
  }

  write(value: T): void | Promise<void> {
    const data = this.#encode(value);
    if (this.#error !== undefined || this.#backlog.length > 0) {
      this.#backlog.push(data);
      return this.#settle();
    }
    if (this.#socket?.write(data) === false) return this.#settle();
  }

  flush(): void | Promise<void> {
    if (this.#isBusy) return this.#settle();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.end(() => socket.destroy());
    });
  }

  get #isBusy(): boolean {
    return this.#error !== undefined || this.#backlog.length > 0 || (this.#socket?.writableLength ?? 0) > 0;
  }

  /** Resolves when everything was handed to the system. Records of one element may all wait for it. */
  #settle(): Promise<void> {
    this.#settling ??= this.#work().finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  async #work(): Promise<void> {
    while (this.#isBusy) {
      if (this.#error !== undefined) {
        const error = this.#error;
        this.#error = undefined;
        await this.#beforeRetry(error);
        await this.open();
      }
      for (const data of this.#backlog.splice(0)) this.#socket?.write(data);
      if ((this.#socket?.writableLength ?? 0) === 0 || this.#error !== undefined) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #connect(): Promise<Socket> {
    const { hostname: host, port } = this.#options;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      socket.once('connect', () => resolve(socket));
      socket.on('error', (error) => {
        reject(error);
        if (socket === this.#socket) this.#error = error;
        this.#wake?.();
      });
      socket.on('drain', () => this.#wake?.());
    });
  }

  async #beforeRetry(cause: unknown): Promise<void> {
    const { hostname, port, maxRetries = 0 } = this.#options;
    if (this.#isClosed || (maxRetries >= 0 && this.#retries >= maxRetries)) {
      throw new FlinkError('CONNECTOR_FAILED', `Writing to socket ${hostname}:${port} failed: ${messageOf(cause)}`, {
        cause,
      });
    }
    this.#retries++;
    await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, RETRY_DELAY_MS));
  }
}
