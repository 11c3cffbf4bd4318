/** `list`: the jobs of the home directory in Flink's rows; a job whose process died is shown as what it is, FAILED. */

import { isGloballyTerminal } from '../coordinator/job-status.js';
import { HomeDirectory } from '../snapshot/home-directory.js';
import type { Invocation, Verb } from './commands.js';
import type { ParsedLine } from './commons-cli-parser.js';
import { type JobSummary, listJobs } from './jobs.js';
import { checkClusterTarget, gatewayAddress, refuseYarn } from './target.js';

const HEADERS = {
  running: '------------------ Running/Restarting Jobs -------------------',
  scheduled: '----------------------- Scheduled Jobs -----------------------',
  terminated: '---------------------- Terminated Jobs -----------------------',
};
const FOOTER = '-'.repeat(HEADERS.running.length);

type Section = keyof typeof HEADERS;

/** The verb. @internal */
export const listVerb: Verb = {
  async run({ line, output, environment, settings }: Invocation) {
    refuseYarn(line);
    checkClusterTarget(line, settings);
    const address = await gatewayAddress(line, settings);
    const isJson = line.has('json');
    if (!isJson) output.out('Waiting for response...\n');
    const jobs = await listJobs(new HomeDirectory(environment), address);
    output.out(isJson ? jsonText(jobs, line) : listText(jobs, line));
    return 0;
  },
};

/** Which sections are shown: running and scheduled jobs unless one of them, or all, are asked for. */
function sectionsOf(line: ParsedLine): readonly Section[] {
  if (line.has('a')) return ['running', 'scheduled', 'terminated'];
  if (line.has('r') === line.has('s')) return ['running', 'scheduled'];
  return line.has('r') ? ['running'] : ['scheduled'];
}

/** The rows as Flink prints them. @internal */
export function listText(jobs: readonly JobSummary[], line: ParsedLine): string {
  return sectionsOf(line)
    .map((section) => sectionText(section, rowsOf(jobs, section)))
    .join('');
}

function sectionText(section: Section, rows: readonly JobSummary[]): string {
  if (rows.length > 0) return `${[HEADERS[section], ...rows.map(rowText), FOOTER].join('\n')}\n`;
  return section === 'terminated' ? '' : `No ${section} jobs.\n`;
}

function rowsOf(jobs: readonly JobSummary[], section: Section): readonly JobSummary[] {
  const inSection = jobs.filter(({ state }) => sectionOf(state) === section);
  return inSection.sort((a, b) => a.startTime - b.startTime || (a.state < b.state ? -1 : 1));
}

function sectionOf(state: JobSummary['state']): Section {
  if (isGloballyTerminal(state)) return 'terminated';
  return state === 'CREATED' || state === 'INITIALIZING' ? 'scheduled' : 'running';
}

function rowText({ startTime, id, name, state }: JobSummary): string {
  return `${localTime(startTime)} : ${id} : ${name} (${state})`;
}

/** `dd.MM.yyyy HH:mm:ss` in the time zone of the client. */
function localTime(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getDate())}.${two(date.getMonth() + 1)}.${date.getFullYear()}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function jsonText(jobs: readonly JobSummary[], line: ParsedLine): string {
  const shown = sectionsOf(line).flatMap((section) => rowsOf(jobs, section));
  return `${JSON.stringify({ jobs: shown }, null, 2)}\n`;
}
