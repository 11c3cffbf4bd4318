/**
 * A levelled logger with bound fields (job, task, subtask). Where lines go is a sink: `job.log` of a job (`log-file.ts`),
 * memory in tests, nothing. A line reads like one of Flink's logs: time, level, subject, message.
 */

import { type Clock, systemClock } from './clock.js';

/** Levels, least important first. @internal */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes finished lines, without a line end. @internal */
export interface LogSink {
  write(line: string): void;
}

/** Writes lines for one subject. @internal */
export interface Logger {
  debug(message: string, error?: unknown): void;
  info(message: string, error?: unknown): void;
  warn(message: string, error?: unknown): void;
  error(message: string, error?: unknown): void;
  log(level: LogLevel, message: string, error?: unknown): void;
  /** A logger of the same sink whose lines name another subject. */
  child(subject: string): Logger;
}

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Makes a logger; lines below `level` are dropped. @internal */
export function createLogger(
  sink: LogSink,
  options: { readonly subject: string; readonly level?: LogLevel; readonly clock?: Clock },
): Logger {
  const { subject, level: lowest = 'info', clock = systemClock } = options;
  const log = (level: LogLevel, message: string, error?: unknown): void => {
    if (ORDER[level] < ORDER[lowest]) return;
    const time = new Date(clock.now()).toISOString().replace('T', ' ').replace('Z', '').replace('.', ',');
    sink.write(`${time} ${level.toUpperCase().padEnd(5)} ${subject} - ${message}`);
    if (error !== undefined) sink.write(describeError(error));
  };
  return {
    debug: (message, error) => log('debug', message, error),
    info: (message, error) => log('info', message, error),
    warn: (message, error) => log('warn', message, error),
    error: (message, error) => log('error', message, error),
    log,
    child: (name) => createLogger(sink, { subject: name, level: lowest, clock }),
  };
}

/** A logger that writes nothing. @internal */
export const silentLogger: Logger = createLogger({ write: () => {} }, { subject: '', level: 'error' });

/** The stack of an error and of its causes, in the form of Java's stack traces. @internal */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let each: unknown = error, depth = 0; each !== undefined && depth < 16; depth++) {
    const text = each instanceof Error ? (each.stack ?? `${each.name}: ${each.message}`) : String(each);
    parts.push(depth === 0 ? text : `Caused by: ${text}`);
    each = each instanceof Error ? each.cause : undefined;
  }
  return parts.join('\n');
}
