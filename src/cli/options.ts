/**
 * The options of Flink's verbs, in the order in which Flink registers them (it shows in the message about an ambiguous
 * abbreviation). What a verb accepts and what its help prints both come from here.
 */

import type { CliOption } from './option.js';

const HELP: readonly CliOption[] = [
  { short: 'h', long: 'help', description: 'Show this help.', hidden: true },
  { short: 'v', long: 'verbose', description: 'Accepted and ignored.', hidden: true },
];

const DYNAMIC: CliOption = {
  short: 'D',
  arg: 'property=value',
  values: 2,
  splitsAtEquals: true,
  description: 'Sets an option of the configuration for this call; may be given more than once. See docs/cli.md.',
};

/** The options of Flink's generic command line (`-t`, `-D`). @internal */
export const GENERIC_OPTIONS: readonly CliOption[] = [
  DYNAMIC,
  {
    short: 'e',
    long: 'executor',
    arg: 'arg',
    description: 'DEPRECATED: the old name of -t, which wins when both are given.',
  },
  {
    short: 't',
    long: 'target',
    arg: 'arg',
    description:
      'Where jobs run: "local" (this machine, the only place there is) or "remote", which means the same here. Other targets of Flink are refused.',
  },
];

/** The options of Flink's default command line (`-m`). @internal */
export const DEFAULT_OPTIONS: readonly CliOption[] = [
  DYNAMIC,
  {
    short: 'm',
    long: 'jobmanager',
    arg: 'arg',
    description: 'Address (host:port) of the gateway to talk to, instead of the jobs of the home directory.',
  },
  {
    short: 'z',
    long: 'zookeeperNamespace',
    arg: 'arg',
    description: 'Accepted for scripts that were written for a highly available cluster; has no effect.',
  },
];

const YARN: readonly CliOption[] = [
  { short: 'yid', long: 'yarnapplicationId', arg: 'arg', description: 'Refused: there is no YARN here.', hidden: true },
];

/** What is accepted on every verb beside its own options, and tried by the pre-parse. @internal */
export const CUSTOM_OPTIONS: readonly CliOption[] = [...GENERIC_OPTIONS, ...YARN, ...DEFAULT_OPTIONS];

/** Prints the answer as JSON. */
const JSON_OUTPUT: CliOption = {
  long: 'json',
  own: true,
  description: 'Print the answer as JSON, one document. Not an option of Flink; give it in full.',
};

const python = (short: string, long: string): CliOption => ({
  short,
  long,
  arg: 'arg',
  description: 'Accepted by the grammar; flink-ts runs no Python.',
  hidden: true,
});

const PROGRAM_OPTIONS: readonly CliOption[] = [
  {
    short: 'j',
    long: 'jarfile',
    arg: 'jarfile',
    description: 'The job file; the other words are arguments.',
    hidden: true,
  },
  {
    short: 'c',
    long: 'class',
    arg: 'classname',
    description: 'The export of the job file to call instead of the default one.',
  },
  {
    short: 'C',
    long: 'classpath',
    arg: 'url',
    description:
      'A URL with a protocol, such as file:///lib. Checked and otherwise without effect: a job file resolves its imports from its own place.',
  },
  {
    short: 'p',
    long: 'parallelism',
    arg: 'parallelism',
    description: 'The parallelism of the program, where it sets none itself; beats parallelism.default.',
  },
  { short: 'a', long: 'arguments', arg: 'programArgs', values: -1, description: 'Arguments.', hidden: true },
  { short: 'd', long: 'detached', description: 'Start the job in the background and return once it is initialised.' },
  {
    short: 'sae',
    long: 'shutdownOnAttachedExit',
    description: 'Accepted; an attached job always ends with the command that hosts it.',
  },
  { short: 'yd', long: 'yarndetached', description: 'The same as -d.', hidden: true },
  python('py', 'python'),
  python('pyfs', 'pyFiles'),
  python('pym', 'pyModule'),
  python('pyreq', 'pyRequirements'),
  python('pyarch', 'pyArchives'),
  python('pyexec', 'pyExecutable'),
  python('pyclientexec', 'pyClientExecutable'),
  python('pypath', 'pyPythonPath'),
];

const RESTORE_OPTIONS: readonly CliOption[] = [
  {
    short: 's',
    long: 'fromSavepoint',
    arg: 'savepointPath',
    description:
      'The snapshot to start from: the directory of a savepoint or of a retained checkpoint, or its _metadata file; or latest, latest:<job name>, or a number of "snapshots ls".',
  },
  {
    short: 'n',
    long: 'allowNonRestoredState',
    description: 'Start even if the snapshot has state that no operator of the program takes; that state is dropped.',
  },
  {
    short: 'cm',
    long: 'claimMode',
    arg: 'arg',
    description:
      'Who owns the snapshot of -s from now on: no_claim (you; the default), claim (the job, which deletes it when it is no longer needed), legacy (deprecated).',
  },
  { short: 'rm', long: 'restoreMode', arg: 'arg', description: 'Deprecated: the old name of -cm.' },
];

const TYPE: CliOption = {
  short: 'type',
  long: 'type',
  arg: 'arg',
  description: 'Format of the savepoint: canonical (any backend can read it; the default) or native.',
};
const DETACHED_TRIGGER: CliOption = {
  short: 'detached',
  description: 'Only trigger the savepoint and print the id of the trigger; do not wait for it.',
};

/** Options of `run` and `run-application`. @internal */
export const RUN_OPTIONS: readonly CliOption[] = [
  ...HELP,
  ...PROGRAM_OPTIONS,
  ...RESTORE_OPTIONS,
  {
    long: 'dry-run',
    own: true,
    description: 'Only say what would be run and restored; see "check". Not an option of Flink; give it in full.',
  },
  JSON_OUTPUT,
];
/** Options of `info`: those of `run` without the restore options; few of them matter, and the help shows only those. @internal */
export const INFO_OPTIONS: readonly CliOption[] = [
  ...HELP,
  ...PROGRAM_OPTIONS.map((option) =>
    option.short === 'c' || option.short === 'p' ? option : { ...option, hidden: true },
  ),
  JSON_OUTPUT,
];
/** Options of `list`. @internal */
export const LIST_OPTIONS: readonly CliOption[] = [
  ...HELP,
  { short: 'a', long: 'all', description: 'Show all jobs, ended ones too.' },
  { short: 'r', long: 'running', description: 'Show only running and restarting jobs.' },
  { short: 's', long: 'scheduled', description: 'Show only jobs that are being initialised.' },
  JSON_OUTPUT,
];
/** Options of `stop`. @internal */
export const STOP_OPTIONS: readonly CliOption[] = [
  ...HELP,
  {
    short: 'p',
    long: 'savepointPath',
    arg: 'savepointPath',
    optionalArg: true,
    description: 'Directory for the savepoint; without one, that of execution.checkpointing.savepoint-dir.',
  },
  {
    short: 'd',
    long: 'drain',
    description: 'Let the job finish as if its input had ended (MAX_WATERMARK), then stop it.',
  },
  TYPE,
  DETACHED_TRIGGER,
];
/** Options of `cancel`. @internal */
export const CANCEL_OPTIONS: readonly CliOption[] = [
  ...HELP,
  {
    short: 's',
    long: 'withSavepoint',
    arg: 'targetDirectory',
    optionalArg: true,
    description: '**DEPRECATION WARNING**: use "stop" to end a job with a savepoint. Take a savepoint, then cancel.',
  },
  { ...TYPE, hidden: true },
  JSON_OUTPUT,
];
/** Options of `savepoint`. @internal */
export const SAVEPOINT_OPTIONS: readonly CliOption[] = [
  ...HELP,
  { short: 'd', long: 'dispose', arg: 'arg', description: 'Delete the savepoint at this path.' },
  { short: 'j', long: 'jarfile', arg: 'jarfile', description: 'Accepted; has no effect.' },
  TYPE,
  DETACHED_TRIGGER,
];
/** Options of `checkpoint`. @internal */
export const CHECKPOINT_OPTIONS: readonly CliOption[] = [
  ...HELP,
  { short: 'full', long: 'full', description: 'Take a full checkpoint, even where the job takes incremental ones.' },
];
