import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUFFER_BYTES, BufferPool } from '../../src/snapshot/buffer-pool.js';
import { crc32, crc32ByTable } from '../../src/snapshot/checksum.js';
import { StateFileWriter } from '../../src/snapshot/state-file.js';
import { readStream, readStreamSync, StateFileReader } from '../../src/snapshot/state-file-reader.js';
import { seededRandom } from '../support/seeded-random.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function randomBytes(length: number, seed = 7): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => random.integer(256));
}

describe('StateFileWriter', () => {
  it('returns small state inline, under a name of its own', async () => {
    const directory = temporaryDirectory();
    const writers = [0, 1].map(() => new StateFileWriter({ directory, scope: 'exclusive', inlineThreshold: 5 }));

    for (const writer of writers) writer.write(Uint8Array.of(1, 2, 3, 4, 5));
    const [first, second] = await Promise.all(writers.map((writer) => writer.close()));

    expect(first).toMatchObject({ kind: 'inline', bytes: Uint8Array.of(1, 2, 3, 4, 5) });
    expect(first).not.toMatchObject({ name: (second as { name: string }).name });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('returns null when nothing was written', async () => {
    const writer = new StateFileWriter({ directory: temporaryDirectory(), scope: 'exclusive', inlineThreshold: -1 });

    expect(await writer.close()).toBeNull();
  });

  it('writes a file when the state is larger, and refers to it by name, size and checksum', async () => {
    const directory = temporaryDirectory();
    const bytes = randomBytes(6);
    const writer = new StateFileWriter({ directory, scope: 'exclusive', inlineThreshold: 5 });

    writer.write(bytes);
    const handle = await writer.close();

    const [fileName] = readdirSync(directory);
    expect(handle).toEqual({ kind: 'relative', fileName, size: 6, crc32: crc32(bytes) });
    expect(await readStream(handle!, directory)).toEqual(bytes);
  });

  it('refers to shared files by their absolute path', async () => {
    const directory = temporaryDirectory();
    const writer = new StateFileWriter({ directory, scope: 'shared', inlineThreshold: -1 });

    writer.write(Uint8Array.of(1));
    const handle = await writer.close();

    const path = `file:${join(directory, readdirSync(directory)[0]!)}`;
    expect(handle).toEqual({ kind: 'absolute', path, size: 1, crc32: crc32(Uint8Array.of(1)) });
    expect(await readStream(handle!, '/elsewhere')).toEqual(Uint8Array.of(1));
  });

  it.each([100, 100_000, BUFFER_BYTES, BUFFER_BYTES * 40 + 17])(
    'keeps the order of chunks that are reused (%i bytes each)',
    async (size) => {
      const directory = temporaryDirectory();
      const writer = new StateFileWriter({ directory, scope: 'exclusive', inlineThreshold: 200_000 });
      const chunk = new Uint8Array(size);
      const parts: Uint8Array[] = [];

      for (let i = 0; i < 6; i++) {
        const part = randomBytes(size, i);
        parts.push(part);
        chunk.set(part);
        writer.write(chunk);
        expect(writer.position).toBe(size * (i + 1));
        await writer.whenDrained();
      }
      const handle = await writer.close();

      expect(Buffer.compare(await readStream(handle!, directory), Buffer.concat(parts))).toBe(0);
    },
  );

  it('asks the producer to pause while the disk is behind, and returns every buffer to the pool', async () => {
    const directory = temporaryDirectory();
    const pool = new BufferPool();
    const writer = new StateFileWriter({ directory, scope: 'exclusive', inlineThreshold: 0, pool });
    const chunk = new Uint8Array(BUFFER_BYTES);

    while (writer.isAvailable) writer.write(chunk);
    const pausedAt = writer.position / BUFFER_BYTES;
    await writer.whenDrained();
    const isAvailable = writer.isAvailable;
    await writer.close();

    expect(pausedAt).toBeLessThanOrEqual(64);
    expect(isAvailable).toBe(true);
    expect(pool.free).toBe(pausedAt);
  });

  it('removes the file when it is discarded, also with writes under way', async () => {
    const directory = temporaryDirectory();
    const pool = new BufferPool();
    const writer = new StateFileWriter({ directory, scope: 'exclusive', inlineThreshold: 0, pool });

    for (let i = 0; i < 20; i++) writer.write(new Uint8Array(BUFFER_BYTES));
    await writer.discard();

    expect(readdirSync(directory)).toEqual([]);
    expect(pool.free).toBe(20);
  });

  it('reports a failed write when it is closed, and never blocks its producer', async () => {
    const directory = join(temporaryDirectory(), 'missing');
    const writer = new StateFileWriter({ directory, scope: 'exclusive', inlineThreshold: 0 });

    for (let i = 0; i < 100; i++) {
      writer.write(new Uint8Array(BUFFER_BYTES));
      await writer.whenDrained();
    }

    await expect(writer.close()).rejects.toMatchObject({
      code: 'CHECKPOINT_FAILED',
      message: expect.stringContaining(directory),
    });
  });
});

describe('StateFileReader', () => {
  it('reads ranges of files, inline state and segments', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'state'), Uint8Array.of(0, 1, 2, 3, 4, 5));
    const streams = [
      { kind: 'relative', fileName: 'state', size: 6 },
      { kind: 'inline', name: 'n', bytes: Uint8Array.of(0, 1, 2, 3, 4, 5) },
      { kind: 'segment', path: join(directory, 'state'), start: 1, size: 5, scope: 0, logicalId: 'l' },
    ] as const;

    const ranges = streams.map(async (stream) => {
      const reader = await StateFileReader.open(stream, directory);
      const bytes = await reader.read(2, 3);
      await reader.close();
      return [...bytes];
    });

    expect(await Promise.all(ranges)).toEqual([
      [2, 3, 4],
      [2, 3, 4],
      [3, 4, 5],
    ]);
  });

  it.each(['../secret', '..', '.', '', '/etc/hostname', 'a/b', 'nul\0'])(
    'refuses the relative name %j',
    async (fileName) => {
      const outer = temporaryDirectory();
      writeFileSync(join(outer, 'secret'), 'x');
      mkdirSync(join(outer, 'chk-1'));

      const opened = StateFileReader.open({ kind: 'relative', fileName, size: 1 }, join(outer, 'chk-1'));

      await expect(opened).rejects.toMatchObject({ code: 'SNAPSHOT_CORRUPT' });
    },
  );

  it('follows no link out of the directory, opens no directory, and refuses files of another size', async () => {
    const outer = temporaryDirectory();
    const directory = join(outer, 'chk-1');
    mkdirSync(join(directory, 'folder'), { recursive: true });
    writeFileSync(join(outer, 'secret'), 'x');
    symlinkSync('../secret', join(directory, 'link'));
    writeFileSync(join(directory, 'long'), 'xyz');
    const read = (fileName: string): Promise<unknown> => readStream({ kind: 'relative', fileName, size: 1 }, directory);

    await expect(read('link')).rejects.toMatchObject({ code: 'SNAPSHOT_CORRUPT' });
    await expect(read('folder')).rejects.toThrow(/no regular file/);
    await expect(read('absent')).rejects.toMatchObject({ code: 'SNAPSHOT_CORRUPT' });
    await expect(read('long')).rejects.toThrow(/has 3 bytes instead of 1/);
  });

  it('notices a file that was changed since it was written, read at once or not', async () => {
    const directory = temporaryDirectory();
    const writer = new StateFileWriter({ directory, scope: 'exclusive', inlineThreshold: -1 });
    writer.write(Uint8Array.of(1, 2, 3));
    const handle = (await writer.close())!;
    expect(readStreamSync(handle, directory)).toEqual(Uint8Array.of(1, 2, 3));

    writeFileSync(join(directory, readdirSync(directory)[0]!), Uint8Array.of(1, 2, 4));

    await expect(readStream(handle, directory)).rejects.toThrow(/its checksum is wrong/);
    expect(() => readStreamSync(handle, directory)).toThrow(/its checksum is wrong/);
    expect(readStreamSync(handle, directory, { offset: 1, length: 1 })).toEqual(Uint8Array.of(2));
    expect(() => readStreamSync(handle, directory, { offset: 1, length: 3 })).toThrow(/are asked for/);
    expect(() => readStreamSync({ ...handle, crc32: 1, size: 4 } as never, directory)).toThrow(/3 bytes instead of 4/);
  });

  it('refuses a range outside the stream', async () => {
    const reader = await StateFileReader.open({ kind: 'inline', name: 'n', bytes: new Uint8Array(4) }, '/');

    await expect(reader.read(3, 2)).rejects.toMatchObject({ code: 'SNAPSHOT_CORRUPT' });
  });
});

describe('crc32', () => {
  it('is the one of zip, whole or in parts, with the native function or without', () => {
    const text = Buffer.from('123456789');

    expect(crc32(text)).toBe(0xcbf43926);
    expect(crc32(text.subarray(4), crc32(text.subarray(0, 4)))).toBe(0xcbf43926);
    expect(crc32ByTable(text.subarray(4), crc32ByTable(text.subarray(0, 4)))).toBe(0xcbf43926);
  });
});
