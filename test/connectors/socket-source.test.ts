import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SocketSource } from '../../src/connectors/socket-source.js';
import { ManualClock } from '../support/manual-clock.js';
import { readAll, SourceRun } from '../support/source-harness.js';

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server = undefined;
});

async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const listening = createServer(onConnection);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return (listening.address() as AddressInfo).port;
}

const hostname = '127.0.0.1';

describe('SocketSource', () => {
  it('cuts the text at line feeds and ends with the connection', async () => {
    const port = await serve((socket) => socket.end(Buffer.from('one\r\ntwö\n\nrest')));

    expect(await readAll(new SocketSource({ hostname, port }), 2)).toEqual(['one', 'twö', '', 'rest']);
  });

  it('decodes a character that comes in two pieces', async () => {
    const bytes = Buffer.from('€\n');
    const port = await serve((socket) => {
      socket.setNoDelay(true);
      socket.write(bytes.subarray(0, 1));
      setImmediate(() => socket.end(bytes.subarray(1)));
    });

    expect(await readAll(new SocketSource({ hostname, port }))).toEqual(['€']);
  });

  it('cuts at another delimiter', async () => {
    const port = await serve((socket) => socket.end('a||b\n||c'));

    expect(await readAll(new SocketSource({ hostname, port, delimiter: '||' }))).toEqual(['a', 'b\n', 'c']);
  });

  it('takes every line of a sender that is faster', async () => {
    const lines = Array.from({ length: 50_000 }, (_, n) => `line ${n}`);
    const port = await serve((socket) => socket.end(lines.join('\n')));

    expect(await readAll(new SocketSource({ hostname, port }))).toEqual(lines);
  });

  it('connects again as often as it may', async () => {
    let connections = 0;
    const port = await serve((socket) => {
      connections++;
      socket.end(`${connections}\n`);
    });
    const clock = new ManualClock();
    const run = new SourceRun(new SocketSource({ hostname, port, maxRetries: 2, clock }));
    await run.start(1);
    const ticking = setInterval(() => clock.advance(500), 5);

    while (await run.turn({ maxRecords: 10, isStarved: false }));
    clearInterval(ticking);

    expect(run.records).toEqual(['1', '2', '3']);
  });

  it('fails with the address when nobody listens', async () => {
    const port = await serve(() => undefined);
    await new Promise((resolve) => server?.close(resolve));

    await expect(readAll(new SocketSource({ hostname, port }))).rejects.toMatchObject({
      code: 'CONNECTOR_FAILED',
      message: expect.stringContaining(`Reading socket 127.0.0.1:${port} failed: `),
    });
  });

  it('asks for its split again after a restore', async () => {
    const port = await serve((socket) => socket.write('x\n'));
    const source = new SocketSource({ hostname, port });
    const first = new SourceRun(source);
    await first.start(1);
    while (first.records.length === 0) await first.turn({ maxRecords: 1, isStarved: false });
    const snapshot = await first.snapshot(1);
    await first.close();

    const second = new SourceRun(source);
    await second.start(1, snapshot);
    while (second.records.length === 0) await second.turn({ maxRecords: 1, isStarved: false });
    await second.close();

    expect(second.records).toEqual(['x']);
  });

  it('refuses a port that is none', () => {
    expect(() => new SocketSource({ hostname, port: 70_000 })).toThrow('70000 is no port.');
  });
});
