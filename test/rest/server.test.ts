import { mkdtempSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeArchive } from '../../src/rest/archive.js';
import { findArchived } from '../../src/rest/archived-answer.js';
import { type ClientCall, callRest } from '../../src/rest/client.js';
import { type RestServer, serveJob } from '../../src/rest/server.js';
import { CHECKPOINTED, JOB_ID, JobHarness } from '../coordinator/job-harness.js';

interface Golden {
  readonly id: string;
  readonly body: unknown;
}

const goldens = new Map(
  readFileSync(new URL('../fixtures/golden-rest.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Golden)
    .map((row) => [row.id, row.body]),
);

const servers: RestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(
  job: JobHarness,
): Promise<{ call: (call: ClientCall) => Promise<unknown>; socketPath: string; server: RestServer }> {
  const socketPath = join(mkdtempSync(join(tmpdir(), 'ftr-')), 's');
  const server = await serveJob(job.master, socketPath, job.clock);
  servers.push(server);
  return { call: (call) => callRest({ socketPath }, call), socketPath, server };
}

function raw(
  socketPath: string,
  method: string,
  path: string,
  body = '',
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      { socketPath, method, path, headers: { 'content-length': Buffer.byteLength(body) } },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** Keys of an answer, deep; map-like keys and values are left out. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (typeof value !== 'object' || value === null)
    return value === null ? 'null' : typeof value === 'string' && value !== 'NaN' ? 'string' : 'scalar';
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, key === 'user-config' ? {} : shape(each)]),
  );
}

/** The keys that Flink 2.3 and later add are allowed beyond those of the recording. */
function without(value: unknown, ...keys: string[]): unknown {
  return JSON.parse(JSON.stringify(value, (key, each: unknown) => (keys.includes(key) ? undefined : each)));
}

describe('answers about a job have the shape of those of Flink', () => {
  it('for a job that was cancelled', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();
    await job.checkpoint();
    const { call } = await serve(job);
    job.master.cancel();
    await job.master.ended;
    const get = (path: string) => call({ method: 'GET', path: `/jobs/${JOB_ID}${path}` });

    const details = without(await get(''), 'pending-operators');
    const overview = without(await call({ method: 'GET', path: '/jobs/overview' }), 'pending-operators');

    expect(shape(details)).toEqual(shape(goldens.get('cancelled.job')));
    expect(shape(overview)).toEqual(shape(goldens.get('jobs-overview')));
    expect(shape(await get('/exceptions'))).toEqual(shape(goldens.get('cancelled.exceptions')));
    expect(shape(await get('/config'))).toEqual(shape(goldens.get('cancelled.config')));
    expect(shape(await get('/plan'))).toEqual(shape(goldens.get('cancelled.plan')));
    expect(shape(await get('/checkpoints/config'))).toEqual(shape(goldens.get('checkpoints-config')));
    expect(await get('/status')).toEqual({ status: 'CANCELED' });
  });

  it('for its checkpoints, taken or not', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();
    const { call } = await serve(job);
    const get = () => call({ method: 'GET', path: `/jobs/${JOB_ID}/checkpoints` });

    const before = await get();
    await job.checkpoint();
    const after = await get();

    expect(shape(before)).toEqual(shape(goldens.get('nocp.checkpoints')));
    expect(shape(after)).toEqual(shape(goldens.get('running.checkpoints')));
    expect(after).toMatchObject({
      counts: { total: 1, completed: 1 },
      latest: { completed: { id: 1, num_subtasks: 4, state_size: 40 } },
    });
  });

  it('for a failure and the result', async () => {
    const job = await new JobHarness({ 'restart-strategy.type': 'fixed-delay' }).running();
    const { call } = await serve(job);
    const get = (path: string) => call({ method: 'GET', path: `/jobs/${JOB_ID}${path}` });
    job.fail('boom');

    const exceptions = await get('/exceptions');
    const running = await get('/execution-result');
    job.master.abandon('stopped');
    await job.master.ended;
    const failed = (await get('/execution-result')) as { 'job-execution-result': object };

    expect(shape(exceptions)).toEqual(shape(goldens.get('restarting.exceptions')));
    expect(running).toEqual(goldens.get('restarting.execution-result'));
    const expected = goldens.get('failed.execution-result') as typeof failed;
    expect(Object.keys(failed['job-execution-result'])).toEqual(Object.keys(expected['job-execution-result']));
  });
});

describe('requests', () => {
  it('are taken with and without /v1, with a slash behind them, and in either case of an id', async () => {
    const { socketPath } = await serve(await new JobHarness().running());

    for (const path of ['/jobs', '/v1/jobs', '/jobs/', '//jobs', `/v1/jobs/${JOB_ID.toUpperCase()}/status`]) {
      expect((await raw(socketPath, 'GET', path)).status, path).toBe(200);
    }
    const { headers, text } = await raw(socketPath, 'GET', '/jobs');
    expect(text).toBe(`{"jobs":[{"id":"${JOB_ID}","status":"RUNNING"}]}`);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'access-control-allow-origin': '*',
    });
    expect(headers.date).toBeUndefined();
  });

  it.each([
    ['GET', '/nothing', 404, '{"errors":["Unable to load requested file /nothing."]}'],
    ['PUT', '/jobs', 404, '{"errors":["Not found: /jobs"]}'],
    ['GET', '/v1', 404, 'Unable to load'],
    ['GET', '/jobs/xyz', 400, 'Cannot resolve path parameter (jobid) from value \\"xyz\\".'],
    ['GET', `/jobs/${'0'.repeat(32)}`, 404, `Job ${'0'.repeat(32)} not found`],
    ['GET', `/jobs/${'0'.repeat(32)}/status`, 500, 'Internal server error.'],
    ['PATCH', `/jobs/${'0'.repeat(32)}`, 404, 'Job could not be found.'],
    ['PATCH', `/jobs/${JOB_ID}?mode=stop`, 308, 'has been removed'],
    ['PATCH', `/jobs/${JOB_ID}?mode=nope`, 400, 'Cannot resolve query parameter (mode) from value \\"nope\\".'],
    ['POST', `/jobs/${JOB_ID}/savepoints`, 400, 'Property [target-directory] must be provided.'],
    ['POST', `/jobs/${JOB_ID}/stop`, 400, 'Property [targetDirectory] must be provided.'],
    ['GET', `/jobs/${JOB_ID}/checkpoints/${'0'.repeat(32)}`, 404, 'There is no checkpoint operation with triggerId='],
  ])('%s %s answers %i', async (method, path, status, text) => {
    const { socketPath } = await serve(await new JobHarness().running());

    const answer = await raw(socketPath, method, path);

    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  it('with a malformed body are refused, and unknown fields are ignored', async () => {
    const { socketPath } = await serve(await new JobHarness().running());
    const post = (body: string) => raw(socketPath, 'POST', `/jobs/${JOB_ID}/checkpoints`, body);

    expect((await post('{')).status).toBe(400);
    expect((await post('[]')).status).toBe(400);
    expect((await post('{"checkpointType":"NOPE"}')).status).toBe(400);
    expect((await post('{"checkpointType":"INCREMENTAL"}')).status).toBe(500);
    expect((await post('{"checkpointType":"FULL","nope":1}')).status).toBe(202);
  });

  it('to cancel end the job, and are refused when it ended otherwise', async () => {
    const job = await new JobHarness().running();
    const { call } = await serve(job);
    job.host.last.all('FINISHED');
    await job.master.ended;

    const cancel = call({ method: 'PATCH', path: `/jobs/${JOB_ID}?mode=cancel` });

    await expect(cancel).rejects.toMatchObject({
      code: 'ALREADY_TERMINAL',
      message: expect.stringContaining('(FINISHED)'),
    });
  });
});

describe('a checkpoint that is asked for', () => {
  it('is triggered once for a trigger id, and its number can be polled for', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();
    const { call } = await serve(job);
    const triggerId = 'c'.repeat(32);
    const trigger = () =>
      call({ method: 'POST', path: `/jobs/${JOB_ID}/checkpoints`, body: { triggerId, checkpointType: null } });
    const poll = () => call({ method: 'GET', path: `/jobs/${JOB_ID}/checkpoints/${triggerId}` });

    expect(await trigger()).toEqual({ 'request-id': triggerId });
    expect(await trigger()).toEqual({ 'request-id': triggerId });
    expect(await poll()).toEqual({ status: { id: 'IN_PROGRESS' }, operation: null });
    await job.until('triggered', () => job.host.last.triggered.length === 1);
    job.host.last.acknowledge(1);
    await job.until('complete', () => job.host.last.completed.length === 1);

    expect(await poll()).toEqual({ status: { id: 'COMPLETED' }, operation: { checkpointId: 1 } });
    expect(job.host.last.triggered).toEqual([1]);
  });
});

describe('the archive', () => {
  it('holds the answers about an ended job', async () => {
    const job = await new JobHarness().running();
    const { server } = await serve(job);
    job.host.last.all('FINISHED');
    await job.master.ended;
    const file = join(job.directory, 'archive.json');

    await writeArchive(file, await server.archive());

    const text = readFileSync(file, 'utf8');
    expect(findArchived(text, `/v1/jobs/${JOB_ID}/status`)).toEqual({ status: 'FINISHED' });
    expect(findArchived(text, `/jobs/${JOB_ID}`)).toMatchObject({ state: 'FINISHED', plan: { name: 'test job' } });
    expect(findArchived(text, '/nothing')).toBeUndefined();
  });
});

it('the client says that nobody answers', async () => {
  await expect(callRest({ socketPath: '/nowhere.sock' }, { method: 'GET', path: '/jobs' })).rejects.toMatchObject({
    code: 'UNREACHABLE',
  });
});
