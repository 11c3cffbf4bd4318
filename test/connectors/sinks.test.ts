import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { setOutputHook } from '../../src/api/executor.js';
import { CollectSink } from '../../src/connectors/collect-sink.js';
import { createSink } from '../../src/connectors/custom-sink.js';
import { DiscardingSink } from '../../src/connectors/discarding-sink.js';
import { PrintSink } from '../../src/connectors/print-sink.js';
import { SocketSink } from '../../src/connectors/socket-sink.js';
import { ManualClock } from '../support/manual-clock.js';
import { eventually } from '../support/run-cli.js';
import { SinkRun } from '../support/sink-harness.js';

afterEach(() => {
  setOutputHook(undefined);
});

describe('PrintSink', () => {
  async function printed(
    sink: PrintSink<unknown>,
    parallelism: number,
    ...values: readonly unknown[]
  ): Promise<string[]> {
    const messages: string[] = [];
    setOutputHook({ print: (stream, text) => messages.push(`${stream}: ${text}`), collect: () => {} });
    const run = new SinkRun(sink);
    await run.start({ subtask: 1, parallelism });
    await run.write(...values);
    await run.close();
    return messages;
  }

  it('prints text as it is and other values as JSON, one message for many records', async () => {
    expect(await printed(new PrintSink(), 1, 'a b', 1, { x: [2n] }, null, new Map([['k', 1]]))).toEqual([
      'stdout: a b\n1\n{"x":["2"]}\nnull\n[["k",1]]\n',
    ]);
  });

  it('says which subtask it is only when there are several', async () => {
    expect(await printed(new PrintSink(), 2, 'x')).toEqual(['stdout: 2> x\n']);
    expect(await printed(new PrintSink({ identifier: 'id' }), 2, 'x')).toEqual(['stdout: id:2> x\n']);
    expect(await printed(new PrintSink({ identifier: 'id', toStdErr: true }), 1, 'x')).toEqual(['stderr: id> x\n']);
  });

  it('hands its text over when the task gives way', async () => {
    const messages: string[] = [];
    setOutputHook({ print: (_, text) => messages.push(text), collect: () => {} });
    const run = new SinkRun(new PrintSink<number>());
    await run.start();
    await run.write(1, 2);
    const before = messages.length;
    await new Promise((resolve) => setImmediate(resolve));

    expect(before).toBe(0);
    expect(messages).toEqual(['1\n2\n']);
  });
});

describe('CollectSink', () => {
  it('hands batches of records to the collect writer under its id', async () => {
    const batches: unknown[] = [];
    setOutputHook({ print: () => {}, collect: (id, records) => batches.push([id, records.length]) });
    const run = new SinkRun(new CollectSink<number>('c1'));
    await run.start();
    await run.write(...Array.from({ length: 1001 }, (_, n) => n));
    await run.snapshot();

    expect(batches).toEqual([
      ['c1', 1000],
      ['c1', 1],
    ]);
  });

  it('needs somebody who takes the records', async () => {
    const run = new SinkRun(new CollectSink('c1'));
    await run.start();
    await run.write('x');

    await expect(run.snapshot()).rejects.toThrow('Nobody takes the records');
  });
});

describe('DiscardingSink', () => {
  it('takes everything', async () => {
    const run = new SinkRun(new DiscardingSink<number>());
    await run.start();
    await run.write(1, 2);

    expect(await run.snapshot()).toEqual({ states: [], committables: [] });
  });
});

describe('createSink', () => {
  it('opens, writes, flushes and closes', async () => {
    const calls: string[] = [];
    const sink = createSink({
      open: (context) => `handle ${context.subtask}`,
      write: (value: number, handle) => void calls.push(`write ${value} ${handle}`),
      flush: (handle, endOfInput) => void calls.push(`flush ${handle} ${endOfInput}`),
      close: (handle) => void calls.push(`close ${handle}`),
    });
    const run = new SinkRun(sink);
    await run.start({ subtask: 1 });
    await run.write(5);
    await run.snapshot(1, true);
    await run.close();

    expect(sink.createCommitter).toBeUndefined();
    expect(calls).toEqual(['write 5 handle 1', 'flush handle 1 true', 'close handle 1']);
  });

  it('commits what a flush returned, after it went through the snapshot', async () => {
    const commits: unknown[] = [];
    let rows: number[] = [];
    const sink = createSink({
      write: (value: number) => void rows.push(value),
      flush: () => {
        const transaction = rows.length === 0 ? undefined : new Map([['rows', rows]]);
        rows = [];
        return transaction;
      },
      commit: (transaction) => void commits.push(transaction),
    });
    const run = new SinkRun(sink);
    await run.start();
    await run.write(1, 2);
    const first = await run.checkpoint(1);
    const second = await run.checkpoint(2);

    expect([first.committables.length, second.committables.length]).toEqual([1, 0]);
    expect(commits).toEqual([new Map([['rows', [1, 2]]])]);
  });
});

describe('SocketSink', () => {
  async function serve(onEnd: (text: string) => void): Promise<{ port: number; stop: () => Promise<void> }> {
    const server = createServer((socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('end', () => onEnd(Buffer.concat(chunks).toString()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
    return { port: (server.address() as AddressInfo).port, stop };
  }

  it('sends each record, and waits while the connection is full', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n} ${'x'.repeat(50)}`);
    let received = '';
    const { port, stop } = await serve((text) => {
      received = text;
    });
    const run = new SinkRun(new SocketSink<string>({ hostname: '127.0.0.1', port }));
    await run.start();
    await run.write(...lines);
    await run.snapshot();
    await run.close();
    await stop();

    expect(received).toBe(`${lines.join('\n')}\n`);
  });

  it('connects again when the server goes away, and goes on in order', async () => {
    const received: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        received.push(String(chunk));
        if (received.length === 1) socket.resetAndDestroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const clock = new ManualClock();
    const ticking = setInterval(() => clock.advance(500), 5);
    const run = new SinkRun(new SocketSink<number>({ hostname: '127.0.0.1', port, maxRetries: 1, clock }));
    await run.start();
    let next = 0;

    await eventually(
      async () => {
        await run.write(next++);
        return received.length > 1;
      },
      () => `received ${received.join('')}`,
    );
    await run.write(next);
    await run.snapshot();
    await eventually(
      () => received.join('').endsWith(`\n${next}\n`),
      () => `received ${received.join('')}`,
    );
    await run.close();
    clearInterval(ticking);
    server.close();

    const numbers = received.join('').trim().split('\n').map(Number);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  it('fails with the address when nobody listens and no retry is left', async () => {
    const { port, stop } = await serve(() => undefined);
    await stop();
    const clock = new ManualClock();
    const ticking = setInterval(() => clock.advance(500), 5);
    const start = new SinkRun(new SocketSink({ hostname: '127.0.0.1', port, maxRetries: 2, clock })).start();

    await expect(start).rejects.toMatchObject({
      code: 'CONNECTOR_FAILED',
      message: expect.stringContaining(`Writing to socket 127.0.0.1:${port} failed: `),
    });
    clearInterval(ticking);
  });
});
