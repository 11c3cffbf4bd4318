import { mkdtempSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FlinkError } from '../../src/common/errors.js';
import { type Gateway, startGateway } from '../../src/rest/gateway.js';
import type { GatewayJob } from '../../src/rest/gateway-options.js';
import { type RestServer, serveJob } from '../../src/rest/server.js';
import { CHECKPOINTED, JOB_ID, JobHarness } from '../coordinator/job-harness.js';

const ENDED = 'b'.repeat(32);
const UNKNOWN = '0'.repeat(32);
const open: (Gateway | RestServer)[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const endedJob: GatewayJob = {
  id: ENDED,
  name: 'ended job',
  state: 'FINISHED',
  startTime: 1000,
  endTime: 3000,
  socketPath: undefined,
  archive: () => JSON.stringify({ archive: [{ path: `/jobs/${ENDED}`, json: '{"jid":"x","state":"FINISHED"}' }] }),
};

/** A gateway over a running job and an ended one. */
async function setUp() {
  const job = await new JobHarness(CHECKPOINTED).running();
  const socketPath = join(mkdtempSync(join(tmpdir(), 'ftg-')), 's');
  open.push(await serveJob(job.master, socketPath, job.clock));
  const running: GatewayJob = { ...endedJob, id: JOB_ID, name: 'test job', state: 'RUNNING', endTime: -1, socketPath };
  const jobs = [running, endedJob];
  const gateway = await startGateway({
    port: 0,
    settings: { 'parallelism.default': '3', 's3.secret-key': 'x' },
    version: '1.2.3',
    jobs: () => jobs,
    find: (id) => jobs.find((each) => each.id === id),
    dispose: (path) =>
      path === '/good' ? Promise.resolve() : Promise.reject(new FlinkError('SNAPSHOT_NOT_FOUND', `no ${path}`)),
  });
  open.push(gateway);
  const call = (method: string, path: string, body = '', headers: Record<string, string> = {}) =>
    send(gateway.port, { method, path, body, headers });
  return { job, call };
}

function send(
  port: number,
  { method, path, body, headers }: { method: string; path: string; body: string; headers: Record<string, string> },
): Promise<{ readonly status: number; readonly json: unknown; readonly headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const all = { 'content-length': Buffer.byteLength(body), ...headers };
    const request = httpRequest({ host: '127.0.0.1', port, method, path, agent: false, headers: all }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      const json = () => (text === '' ? undefined : (JSON.parse(text) as unknown));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, json: json(), headers: response.headers }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('the gateway', () => {
  it('lists running jobs as they answer, and ended ones from what is recorded', async () => {
    const { call } = await setUp();

    const { json } = await call('GET', '/v1/jobs/overview', '{}');

    expect(json).toMatchObject({
      jobs: [
        { jid: JOB_ID, state: 'RUNNING', tasks: { total: 4, running: 4 }, 'pending-operators': 0 },
        { jid: ENDED, name: 'ended job', state: 'FINISHED', duration: 2000, tasks: { total: 0 } },
      ],
    });
    expect((await call('GET', '/overview')).json).toMatchObject({ 'jobs-running': 1, 'jobs-finished': 1 });
    expect((await call('GET', '/config')).json).toMatchObject({
      features: { 'web-submit': false, 'web-cancel': true },
    });
    expect(JSON.stringify((await call('GET', '/taskmanagers')).json)).toMatch(/^\{"taskmanagers":\[.+\]\}$/);
    expect((await call('GET', '/jobmanager/config')).json).toContainEqual({ key: 's3.secret-key', value: '******' });
  });

  it('hands requests on to a running job, and its answers back', async () => {
    const { call, job } = await setUp();

    expect((await call('GET', `/jobs/${JOB_ID.toUpperCase()}/status`)).json).toEqual({ status: 'RUNNING' });
    const body = JSON.stringify({ 'target-directory': join(job.directory, 'sp'), formatType: 'NATIVE' });
    const { status, json } = await call('POST', `/jobs/${JOB_ID}/savepoints`, body);
    expect(status).toBe(202);
    await job.until('triggered', () => job.host.last.triggered.length === 1);
    job.host.last.acknowledge(1);
    const poll = `/jobs/${JOB_ID}/savepoints/${(json as { 'request-id': string })['request-id']}`;
    await job.until('complete', () => job.kinds.includes('completed'));

    const result = (await call('GET', poll)).json as { operation: { location: string } };
    expect(result).toMatchObject({ status: { id: 'COMPLETED' } });
    expect(result.operation.location).toContain(`file:${job.directory}/sp/savepoint-aaaaaa-`);
  });

  it('answers for an ended job from its archive, and as Flink for what it cannot do any more', async () => {
    const { call } = await setUp();

    expect((await call('GET', `/jobs/${ENDED}`)).json).toEqual({ jid: 'x', state: 'FINISHED' });
    expect((await call('GET', `/jobs/${ENDED}/status`)).json).toEqual({ status: 'FINISHED' });
    expect((await call('PATCH', `/jobs/${ENDED}?mode=cancel`)).status).toBe(409);
    for (const id of [ENDED, UNKNOWN]) {
      const stop = await call('POST', `/jobs/${id}/stop`, '{"targetDirectory":"/tmp/x"}');
      expect(stop.status).toBe(202);
      const poll = `/jobs/${id}/savepoints/${(stop.json as { 'request-id': string })['request-id']}`;
      expect(JSON.stringify((await call('GET', poll)).json)).toContain(`Could not find Flink job (${id})`);
    }
    expect((await call('GET', `/jobs/${UNKNOWN}`)).status).toBe(404);
    expect((await call('GET', `/nothing`)).json).toEqual({ errors: ['Unable to load requested file /nothing.'] });
  });

  it('disposes savepoints, and tells what went wrong as the result', async () => {
    const { call } = await setUp();
    const dispose = async (path: string) => {
      const { json } = await call('POST', '/savepoint-disposal', JSON.stringify({ 'savepoint-path': path }));
      return (await call('GET', `/savepoint-disposal/${(json as { 'request-id': string })['request-id']}`)).json;
    };

    expect(await dispose('/good')).toEqual({ status: { id: 'COMPLETED' }, operation: {} });
    expect(JSON.stringify(await dispose('/bad'))).toContain('no /bad');
    expect((await call('POST', '/savepoint-disposal', '{}')).status).toBe(400);
  });

  it.each([
    ['a foreign host', { host: 'evil.example:8081' }],
    ['a foreign origin', { origin: 'http://evil.example' }],
    ['an origin that only begins like ours', { origin: 'http://localhost.evil.example' }],
    ['an opaque origin', { origin: 'null' }],
  ])('refuses %s', async (_, headers) => {
    const { call } = await setUp();

    const answer = await call('PATCH', `/jobs/${JOB_ID}`, '', headers as Record<string, string>);

    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect((await call('GET', `/jobs/${JOB_ID}/status`)).json).toEqual({ status: 'RUNNING' });
  });

  it('serves a page of its own machine', async () => {
    const { call } = await setUp();

    expect((await call('GET', '/overview', '', { origin: 'http://localhost:3000' })).status).toBe(200);
  });
});
