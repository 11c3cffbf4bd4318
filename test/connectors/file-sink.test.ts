import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileSink } from '../../src/connectors/file-sink.js';
import { SinkRun } from '../support/sink-harness.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const here = () => '';
const build = (directory: string) => FileSink.forLines<unknown>(directory).withBucketAssigner(here);

function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

const isHidden = (file: string) => (file.split('/').at(-1) as string).startsWith('.');
const visible = (directory: string) => files(directory).filter((file) => !isHidden(file));
const hidden = (directory: string) => files(directory).filter(isHidden);
const committed = (directory: string) =>
  visible(directory)
    .flatMap((file) =>
      readFileSync(join(directory, file), 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    )
    .sort();

describe('FileSink', () => {
  it('shows nothing before the commit, and everything after it', async () => {
    const directory = temporaryDirectory();
    const run = new SinkRun(build(directory).withRollingPolicy({ onCheckpoint: true }).withPartSuffix('.txt').build());
    await run.start({ subtask: 3 });
    await run.write('a', { b: 1n });

    const snapshot = await run.snapshot();
    const before = files(directory);
    await run.commit(snapshot.committables);

    expect(before).toEqual([expect.stringMatching(/^\.part-3-[0-9a-f]{16}-0\.txt\.inprogress\./)]);
    expect(files(directory)).toEqual([expect.stringMatching(/^part-3-[0-9a-f]{16}-0\.txt$/)]);
    expect(committed(directory)).toEqual(['a', '{"b":"1"}']);
  });

  it('keeps a part open over checkpoints by default, until the input ends', async () => {
    const directory = temporaryDirectory();
    const run = new SinkRun(build(directory).build());
    await run.start();
    await run.write('a');
    await run.checkpoint(1);
    await run.write('b');
    await run.checkpoint(2);
    const before = visible(directory);

    await run.checkpoint(3, true);

    expect(before).toEqual([]);
    expect(visible(directory)).toHaveLength(1);
    expect(committed(directory)).toEqual(['a', 'b']);
  });

  it('begins a part when the one before has its size, and makes no empty ones', async () => {
    const directory = temporaryDirectory();
    const run = new SinkRun(build(directory).withRollingPolicy({ maxPartSize: 4 }).build());
    await run.start();
    await run.checkpoint(1);
    await run.write('1', '2', '3', '4', '5');

    await run.checkpoint(2, true);

    expect(visible(directory).map((file) => readFileSync(join(directory, file), 'utf8'))).toEqual([
      '1\n2\n',
      '3\n4\n',
      '5\n',
    ]);
  });

  it('ends parts by age and by inactivity, and has no timer while none is open', async () => {
    const directory = temporaryDirectory();
    const policy = { rolloverInterval: 10_000, inactivityInterval: 3000 };
    const run = new SinkRun(build(directory).withRollingPolicy(policy).withBucketCheckInterval(1000).build());
    await run.start();
    const atStart = run.timers;
    for (let second = 0; second < 11; second++) {
      await run.write(second);
      run.advance(1000);
    }
    await run.checkpoint(1);
    const afterRollover = committed(directory).length;
    for (let second = 0; second < 4; second++) run.advance(1000);
    await run.checkpoint(2);

    expect(atStart).toBe(0);
    expect(afterRollover).toBe(10);
    expect(committed(directory)).toHaveLength(11);
    expect(run.timers).toBe(0);
  });

  it('puts records into buckets by hour, by a format, or by a function', async () => {
    const directory = temporaryDirectory();
    const write = async (sink: FileSink<string>, ...values: string[]) => {
      const run = new SinkRun(sink);
      await run.start();
      await run.write(...values);
      await run.checkpoint(1, true);
    };

    await write(FileSink.forLines<string>(directory).build(), 'a');
    await write(FileSink.forLines<string>(directory).withBucketAssigner('yyyy/MM/dd HH.mm.ss').build(), 'a');
    await write(
      FileSink.forLines<string>(directory)
        .withBucketAssigner((value) => `by/${value}`)
        .build(),
      'x',
      'y',
      'x',
    );

    expect(visible(directory).map((file) => file.replace(/\/part-.*/, ''))).toEqual([
      '2001-01-02--03',
      '2001/01/02 03.04.05',
      'by/x',
      'by/y',
    ]);
  });

  it.each(['../x', '/x', 'a/../../x', 'a//b', '.'])('refuses the bucket %j', async (bucket) => {
    const run = new SinkRun(
      FileSink.forLines(temporaryDirectory())
        .withBucketAssigner(() => bucket)
        .build(),
    );
    await run.start();

    await expect(run.write('a')).rejects.toMatchObject({ code: 'VALUE_INVALID' });
  });

  it('writes the bytes of an encoder', async () => {
    const directory = temporaryDirectory();
    const sink = FileSink.forRows<number>(directory, (n) => (n % 2 === 0 ? Buffer.from([n]) : 'é')).withBucketAssigner(
      here,
    );
    const run = new SinkRun(sink.build());
    await run.start();
    await run.write(1, 2, 3, 4);
    await run.checkpoint(1, true);

    expect(readFileSync(join(directory, visible(directory)[0] as string))).toEqual(
      Buffer.from([0xc3, 0xa9, 2, 0xc3, 0xa9, 4]),
    );
  });

  it('commits again without harm, also when somebody took the part away', async () => {
    const directory = temporaryDirectory();
    const run = new SinkRun(build(directory).withRollingPolicy({ onCheckpoint: true }).build());
    await run.start();
    await run.write('a');
    const { committables } = await run.checkpoint();

    await run.commit(committables);
    rmSync(join(directory, visible(directory)[0] as string));
    await run.commit(committables);

    expect(run.alreadyCommitted).toBe(2);
    expect(files(directory)).toEqual([]);
  });

  it('cuts an open part to what the snapshot covers, and commits that with the next checkpoint', async () => {
    const directory = temporaryDirectory();
    const sink = build(directory).build();
    const dead = new SinkRun(sink);
    await dead.start();
    await dead.write('a', 'b');
    const { states } = await dead.snapshot();
    await dead.write('lost');
    await dead.snapshot();
    await dead.close();

    const restored = new SinkRun(sink);
    await restored.start({ attempt: 1, restoredCheckpointId: 1 }, states);
    await restored.write('c');
    await restored.checkpoint(2, true);

    expect(committed(directory)).toEqual(['a', 'b', 'c']);
    expect(hidden(directory)).toEqual([]);
  });

  it('removes what dead attempts began behind the snapshot, and keeps what waits for its commit', async () => {
    const directory = temporaryDirectory();
    const sink = build(directory).withRollingPolicy({ onCheckpoint: true }).build();
    const first = new SinkRun(sink);
    await first.start();
    await first.write('a');
    const covered = await first.snapshot(1);
    await first.write('lost 1');
    await first.snapshot(2);
    await first.close();
    const second = new SinkRun(sink);
    await second.start({ attempt: 1, restoredCheckpointId: 1 }, covered.states);
    await second.write('lost 2');
    await second.snapshot(2);
    await second.close();

    const third = new SinkRun(sink);
    await third.start({ attempt: 2, restoredCheckpointId: 1 }, covered.states);
    const left = hidden(directory);
    await third.commit(covered.committables);

    expect(left).toHaveLength(1);
    expect(committed(directory)).toEqual(['a']);
  });

  it('removes the files of an attempt that had no checkpoint, of its own subtask only', async () => {
    const directory = temporaryDirectory();
    const sink = build(directory).build();
    for (const subtask of [0, 1]) {
      const dead = new SinkRun(sink);
      await dead.start({ subtask });
      await dead.write('lost');
      await dead.snapshot();
      await dead.close();
    }

    await new SinkRun(sink).start({ subtask: 1, attempt: 1 });

    expect(hidden(directory)).toEqual([expect.stringContaining('.part-0-')]);
  });

  it('leaves the files of another job alone whose process is alive', async () => {
    const directory = temporaryDirectory();
    const sink = build(directory).build();
    const running = new SinkRun(sink);
    await running.start();
    const { states } = await running.snapshot();
    await running.write('later');
    await running.snapshot();

    await new SinkRun(sink).start({ jobId: 'f'.repeat(32), restoredCheckpointId: 1 }, states);
    await running.checkpoint(2, true);

    expect(committed(directory)).toEqual(['later']);
  });

  it('takes the states of several writers when it is rescaled', async () => {
    const directory = temporaryDirectory();
    const sink = build(directory).build();
    const states: Uint8Array[] = [];
    for (const subtask of [0, 1, 2]) {
      const old = new SinkRun(sink);
      await old.start({ subtask, parallelism: 3 });
      await old.write(`of ${subtask}`);
      states.push(...(await old.snapshot()).states);
      await old.close();
    }

    const run = new SinkRun(sink);
    await run.start({ jobId: 'f'.repeat(32), restoredCheckpointId: 1 }, states);
    await run.checkpoint(2, true);

    expect(committed(directory)).toEqual(['of 0', 'of 1', 'of 2']);
  });

  it('fails when a part that the snapshot holds is gone or too short', async () => {
    const directory = temporaryDirectory();
    const sink = build(directory).build();
    const dead = new SinkRun(sink);
    await dead.start();
    await dead.write('a');
    const { states } = await dead.snapshot();
    await dead.close();
    rmSync(join(directory, hidden(directory)[0] as string));

    const start = new SinkRun(sink).start({ attempt: 1, restoredCheckpointId: 1 }, states);

    await expect(start).rejects.toMatchObject({
      code: 'CONNECTOR_FAILED',
      message: expect.stringContaining('does not exist any more'),
    });
  });

  it('refuses to commit a part of another length', async () => {
    const directory = temporaryDirectory();
    const run = new SinkRun(build(directory).withRollingPolicy({ onCheckpoint: true }).build());
    await run.start();
    await run.write('a');
    const { committables } = await run.snapshot();
    appendFileSync(join(directory, hidden(directory)[0] as string), 'x');

    await expect(run.commit(committables)).rejects.toMatchObject({ code: 'CONNECTOR_FAILED' });
  });

  it('refuses state that is cut short or names another file', () => {
    const sink = build('/out').build();
    const part = { directory: '/out', name: 'part-0-0-0', owner: 'x-0-1', length: 1 };
    const bytes = sink.committableSerializer.serialize(part);
    const evil = sink.committableSerializer.serialize({ ...part, name: '../passwd' });
    const corrupt = expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' });

    expect(sink.committableSerializer.deserialize(1, bytes)).toEqual(part);
    expect(() => sink.committableSerializer.deserialize(1, evil)).toThrow(corrupt);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => sink.committableSerializer.deserialize(1, bytes.subarray(0, length))).toThrow(corrupt);
      expect(() => sink.writerStateSerializer.deserialize(1, bytes.subarray(0, length))).toThrow(corrupt);
    }
  });

  it('refuses settings that cannot be', () => {
    expect(() => build('x').withRollingPolicy({ maxPartSize: 0 })).toThrow(
      'maxPartSize of a rolling policy must be positive',
    );
    expect(() => build('x').withPartSuffix('/x')).toThrow('cannot stand in a file name');
  });
});
