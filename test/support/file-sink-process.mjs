/**
 * One attempt of a small job (numbers → file sink, with checkpoints) that kills itself before its n-th change of the file
 * system. Arguments: JSON of { directory, checkpoint, records, seed, killAt, jobId, attempt, onCheckpoint }.
 */
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const options = JSON.parse(process.argv[2]);
let changes = 0;

/** SIGKILL, as from outside: nothing is flushed, no handler runs. */
function step() {
  if (++changes === options.killAt) process.kill(process.pid, 'SIGKILL');
}

for (const [holder, names] of [
  [fs, ['openSync', 'writeSync', 'mkdirSync', 'fdatasync', 'renameSync']],
  [fsPromises, ['rename', 'unlink', 'open']],
]) {
  for (const name of names) {
    const real = holder[name];
    holder[name] = (...args) => {
      step();
      return real(...args);
    };
  }
}
syncBuiltinESMExports();

const { FileSink } = await import('../../dist/connectors/file-sink.js');

let state = options.seed;
function random(below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const sink = FileSink.forLines(options.directory)
  .withBucketAssigner((value) => `bucket-${value % 3}`)
  .withRollingPolicy({ onCheckpoint: options.onCheckpoint, maxPartSize: 200 })
  .build();
const { writerStateSerializer: states, committableSerializer: parts } = sink;

const restored = fs.existsSync(options.checkpoint)
  ? JSON.parse(fs.readFileSync(options.checkpoint, 'utf8'))
  : undefined;
const decode = (serializer, list) =>
  list.map((bytes) => serializer.deserialize(serializer.version, Buffer.from(bytes, 'hex')));
const encode = (serializer, list) => list.map((value) => Buffer.from(serializer.serialize(value)).toString('hex'));

const committer = sink.createCommitter();
const commit = (committables) =>
  committer.commit(committables.map((committable) => ({ committable, retries: 0, signalAlreadyCommitted() {} })));

const context = {
  subtask: 0,
  parallelism: 1,
  jobId: options.jobId,
  attempt: options.attempt,
  restoredCheckpointId: restored?.id,
  currentProcessingTime: () => 0,
  registerProcessingTimer() {},
};
// Either may be first in a job.
const recommit = () => commit(decode(parts, restored?.committables ?? []));
if (random(2) === 0) await recommit();
const writer = await sink.createWriter(context, decode(states, restored?.states ?? []));
await recommit();

let position = restored?.position ?? 0;
let id = restored?.id ?? 0;
while (position < options.records) {
  const end = Math.min(options.records, position + 1 + random(40));
  for (; position < end; position++) writer.write(position, { timestamp: () => null, currentWatermark: () => 0 });
  await writer.flush(position === options.records);
  const committables = writer.prepareCommit();
  const checkpoint = {
    id: ++id,
    position,
    committables: encode(parts, committables),
    states: encode(states, writer.snapshotState(id)),
  };
  fs.writeFileSync(`${options.checkpoint}.new`, JSON.stringify(checkpoint));
  fs.renameSync(`${options.checkpoint}.new`, options.checkpoint);
  step();
  await commit(committables);
}
await writer.close();
