/** The example jobs as programs: what they build without arguments, and what their functions compute from real input. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Source } from '../../src/api/connector.js';
import { type Program, setExecutor } from '../../src/api/executor.js';
import type { WatermarkStrategy } from '../../src/api/watermark-strategy.js';
import type { Transformation } from '../../src/graph/transformation.js';
import { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { operatorOf } from '../support/operators.js';
import { REPOSITORY } from '../support/run-cli.js';
import { readAll } from '../support/source-harness.js';

afterEach(() => setExecutor(undefined));

/** What the compiled job hands to its executor. */
async function programOf(job: string, args: readonly string[] = []): Promise<Program> {
  let submitted: Program | undefined;
  setExecutor({
    configuration: {},
    submit: async (program) => {
      submitted = program;
      return {
        jobId: '',
        getJobStatus: async () => 'FINISHED',
        cancel: async () => undefined,
        getJobExecutionResult: async () => ({ jobId: '', netRuntime: 0, accumulators: new Map() }),
      };
    },
  });
  const file = pathToFileURL(join(REPOSITORY, 'dist/jobs', `${job}.js`)).href;
  const { default: main } = (await import(file)) as { default: (args: readonly string[]) => Promise<void> };
  await main(args);
  if (submitted === undefined) throw new Error(`${job} submitted nothing.`);
  return submitted;
}

function functionsOf(program: Program, matches: (node: Transformation) => boolean): Readonly<Record<string, unknown>> {
  const node = program.transformations.find(matches);
  if (node === undefined || !('functions' in node)) throw new Error('The program has no such node.');
  return node.functions;
}

const isSource = (node: Transformation) => node.kind === 'source';
const isKeyedProcess = (node: Transformation) => node.kind === 'operator' && node.spec.type === 'keyedProcess';

/** Runs the keyed process function of a program over its source, with the last watermark only at the end. */
async function runKeyedProcess(program: Program, parallelism: number): Promise<unknown[]> {
  const { source, watermarkStrategy } = functionsOf(program, isSource) as {
    source: Source<unknown>;
    watermarkStrategy: WatermarkStrategy<unknown>;
  };
  const keyed = functionsOf(program, (node) => node.kind === 'partition');
  const process = functionsOf(program, isKeyedProcess);
  const keySelector = keyed['keySelector'] as (value: unknown) => unknown;
  const harness = new OperatorTestHarness({
    parallelism,
    keySelectors: [keySelector],
    createOperator: () => operatorOf({ type: 'keyedProcess' }, { ...process, keySelector }),
  });
  await harness.open();
  for (const record of await readAll(source)) {
    harness.processElement(record, watermarkStrategy.timestampAssigner?.(record, 0));
  }
  await harness.endInput();
  await harness.close();
  return harness.output.flatMap((emitted) => (emitted.kind === 'record' ? [emitted.value] : []));
}

describe('the example jobs', () => {
  it.each(['flight-delays', 'word-count', 'state-machine', 'socket-word-count'])(
    '%s builds the same program each time, with a uid for every operator',
    async (job) => {
      const [first, second] = [await programOf(job), await programOf(job)];
      const shapes = [first, second].map(({ jobName, transformations }) => [
        jobName,
        transformations.map((node) => [node.kind, node.id, 'settings' in node ? node.settings : undefined]),
      ]);

      const uids = first.transformations.flatMap((node) => ('settings' in node ? [node.settings.uid] : []));
      expect(shapes[0]).toEqual(shapes[1]);
      expect(uids).not.toContain(undefined);
    },
  );

  it('flight-delays has a line for each airport and day with flights, and the delays add up', async () => {
    const lines = (await runKeyedProcess(await programOf('flight-delays'), 1)) as Record<string, unknown>[];

    const flights = readFileSync(join(REPOSITORY, 'jobs/data/flights.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { date: string; delay: number; destination: string });
    const days = new Map<string, number[]>();
    for (const { date, delay, destination } of flights) {
      const key = `${date.slice(0, 10).replaceAll('/', '-')} ${destination}`;
      days.set(key, [...(days.get(key) ?? []), delay]);
    }
    const expected = [...days].map(([key, delays]) => `${key} ${delays.length} ${Math.max(...delays)}`);
    const got = lines.map((line) => `${line['day']} ${line['airport']} ${line['flights']} ${line['longestDelay']}`);
    expect(new Set(got)).toEqual(new Set(expected));
    expect(got).toHaveLength(expected.length);
    expect(flights).toHaveLength(20_000);
  });

  it('state-machine reports nothing while every session is proper', async () => {
    const args = ['--events', '30000', '--error-rate', '0'];

    expect(await runKeyedProcess(await programOf('state-machine', args), 1)).toEqual([]);
  });

  it('state-machine reports rare forbidden events by address and state', async () => {
    const args = ['--events', '30000', '--error-rate', '0.01'];

    const alerts = (await runKeyedProcess(await programOf('state-machine', args), 1)) as string[];

    expect(alerts.length).toBeGreaterThan(50);
    expect(alerts.length).toBeLessThan(600);
    for (const alert of alerts) {
      expect(alert).toMatch(
        /^ALERT: 10\.0\.\d+\.\d+ sent (syn|ack|data|fin|reset) in state (opening|open|closing|closed)$/,
      );
    }
  });
});
