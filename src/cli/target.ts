/**
 * Where a command is sent: `-t`, `-m` and their relatives. flink-ts has one place to run jobs, this machine; every target
 * that needs something else ends as it does in a Flink that lacks the needed libraries.
 */

import { lookup } from 'node:dns/promises';
import { type ChainLink, CliProgramError } from './cli-errors.js';
import type { ParsedLine } from './commons-cli-parser.js';
import { INVOCATION_EXCEPTION } from './failure.js';

const HADOOP_ADVICE =
  'please make sure to export the HADOOP_CLASSPATH environment variable or have hadoop in your classpath. For more information refer to the "Deployment" section of the official Apache Flink documentation.';
const NO_EXECUTOR = `No Executor found. P${HADOOP_ADVICE.slice(1)}`;
const REMEDY = 'Jobs run on this machine: leave -t away, or give -t local.';

type Settings = Readonly<Record<string, string>>;

/** An address of a gateway or a JobManager. @internal */
export interface GatewayAddress {
  readonly protocol: 'http:' | 'https:';
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Refuses what would need YARN; checked before anything else of a call. @internal */
export function refuseYarn(line: ParsedLine): void {
  if (line.has('yid') || line.value('m') === 'yarn-cluster') {
    throw illegalState(NO_EXECUTOR);
  }
}

/** Refuses targets of `run` that do not exist here, as an error out of main. @internal */
export function checkRunTarget(line: ParsedLine, settings: Settings): void {
  const target = targetOf(line, settings);
  if (target === undefined || target === 'remote' || target === 'local') return;
  const message = /^yarn-(session|per-job)$/.test(target)
    ? NO_EXECUTOR
    : 'No ExecutorFactory found to execute the application.';
  throw new CliProgramError(
    [
      { className: INVOCATION_EXCEPTION, message: `The main method caused an error: ${message}` },
      { className: 'java.lang.IllegalStateException', message },
    ],
    { remedy: REMEDY },
  );
}

/** Refuses targets that hold no jobs that a verb could reach. @internal */
export function checkClusterTarget(line: ParsedLine, settings: Settings): void {
  const target = targetOf(line, settings);
  if (target === undefined || target === 'remote') return;
  throw illegalState(`No ClusterClientFactory found. If you were targeting a Yarn cluster, ${HADOOP_ADVICE}`);
}

/**
 * The address of `-m`; undefined without one. `-t`, `-e` and `execution.target` make Flink ignore it, silently.
 *
 * @throws CliProgramError when it is no address, or its host has none.
 * @internal
 */
export async function gatewayAddress(line: ParsedLine, settings: Settings): Promise<GatewayAddress | undefined> {
  const text = line.value('m');
  if (text === undefined || targetOf(line, settings) !== undefined) return undefined;
  const address = parseAddress(text);
  try {
    await lookup(address.host);
  } catch (cause) {
    throw new CliProgramError(
      [
        { className: 'java.lang.RuntimeException', message: "Couldn't retrieve standalone cluster" },
        { className: 'java.net.UnknownHostException', message: address.host },
      ],
      { cause },
    );
  }
  return address;
}

/** The target that was asked for: `-t`, then `-e`, then the configuration. @internal */
export function targetOf(line: ParsedLine, settings: Settings): string | undefined {
  return line.value('t') ?? line.value('e') ?? line.properties('D')['execution.target'] ?? settings['execution.target'];
}

function parseAddress(text: string): GatewayAddress {
  const url = /^(https?):\/\/(.*)$/.exec(text);
  const rest = url?.[2] ?? text;
  const slash = rest.indexOf('/');
  const [, host = '', port] = /^(.*?)(?::([^:]*))?$/.exec(slash === -1 ? rest : rest.slice(0, slash)) ?? [];
  if (port === undefined || port === '') {
    throw illegalArgument(`The given host:port ('${text}') doesn't contain a valid port`);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    const reason = `Error at index 0 in: "${port}"`;
    throw illegalArgument(`The given host:port ('${text}') is invalid`, [
      { className: 'java.net.MalformedURLException', message: reason },
      { className: 'java.lang.NumberFormatException', message: reason },
    ]);
  }
  return {
    protocol: url?.[1] === 'https' ? 'https:' : 'http:',
    host: host === '' ? 'localhost' : host,
    port: Number(port),
    path: slash === -1 ? '' : rest.slice(slash).replace(/\/$/, ''),
  };
}

function illegalState(message: string): CliProgramError {
  return new CliProgramError([{ className: 'java.lang.IllegalStateException', message }], { remedy: REMEDY });
}

function illegalArgument(message: string, causes: readonly ChainLink[] = []): CliProgramError {
  return new CliProgramError([{ className: 'java.lang.IllegalArgumentException', message }, ...causes], {
    remedy: 'Give -m an address such as localhost:8081.',
  });
}
