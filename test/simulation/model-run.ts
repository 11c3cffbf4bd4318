/**
 * Runs a model graph in the engine, in one thread whose every choice comes from a seed: which worker goes on, when a
 * checkpoint is taken, when everything crashes, and with which parallelism it starts again. What the sinks committed must be
 * what the reference computes.
 */

import type { SnapshotMetadata } from '../../src/snapshot/snapshot-metadata.js';
import type { LocalJob } from '../../src/testing/local-job.js';
import type { PendingLocalSnapshot } from '../../src/testing/local-snapshot.js';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { startLocalJob } from '../../src/testing/test-job.js';
import { type SeededRandom, seededRandom } from '../support/seeded-random.js';
import { drawGraph } from './model-draw.js';
import { endsOf, type Item, type ModelGraph } from './model-graph.js';
import { CommittedOutput, encode, modelMain } from './model-job.js';
import { evaluate } from './model-reference.js';

/** How a graph is run. */
export interface ModelRun {
  readonly crashes: number;
  readonly ringBytes: number;
  readonly creditBytes: number;
  readonly batchBytes: number;
  readonly overflowMemoryBytes: number;
}

/** Rounds after which a job that has not finished never will. */
const MOST_ROUNDS = 400;

/** Draws the graph and the run of a seed, and compares. Throws with the seed when they differ. */
export async function checkModel(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const graph = drawGraph(random);
  const run: ModelRun = {
    crashes: random.integer(4),
    ringBytes: 64 << random.integer(7),
    creditBytes: 32 << random.integer(7),
    batchBytes: 8 << random.integer(7),
    overflowMemoryBytes: random.integer(2) * 256,
  };
  await checkGraph({ graph, run, random, name: `seed ${seed}` });
}

/** Runs a graph and compares what it committed with what it should. */
export async function checkGraph(given: {
  readonly graph: ModelGraph;
  readonly run: ModelRun;
  readonly random: SeededRandom;
  readonly name: string;
}): Promise<void> {
  const { graph, name } = given;
  const whole = process.env['MODEL_SEED'] === undefined ? graph.nodes.map(({ kind }) => kind).join(' ') : encode(graph);
  const describe = () => `${name}: ${JSON.stringify(given.run)} ${whole}`;
  let output: CommittedOutput;
  try {
    output = await runModel(given);
  } catch (error) {
    throw new Error(`${String(error)} (${describe()})`, { cause: error });
  }
  const expected = evaluate(graph.nodes);
  for (const sink of endsOf(graph.nodes)) {
    const isReduce = graph.nodes[sink]?.kind === 'reduce';
    const got = isReduce ? lastOfEach(output.of(sink)) : output.of(sink);
    const wanted = (expected[sink] ?? []).map(([item]) => item);
    const difference = compare(sorted(wanted), sorted(got));
    if (difference !== undefined) throw new Error(`Node ${sink} differs: ${difference} (${describe()})`);
  }
}

async function runModel({ graph, run, random }: Parameters<typeof checkGraph>[0]): Promise<CommittedOutput> {
  const output = new CommittedOutput();
  const main = modelMain(graph, output);
  let from: SnapshotMetadata | undefined;
  for (let attempt = 0; ; attempt++) {
    const { crashes: _, ...sizes } = run;
    const { job } = await startLocalJob(
      main,
      { parallelism: 1 + random.integer(3) },
      { ...sizes, clock: new ManualClock(0), choose: random.integer, ...(from !== undefined && { from }) },
    );
    try {
      const driver = new Driver(job, random, from);
      const mayCrash = attempt < run.crashes;
      if (await driver.run(mayCrash ? 1 + random.integer(12) : MOST_ROUNDS)) return output;
      if (!mayCrash) throw new Error(`The job has not finished after ${MOST_ROUNDS} rounds: ${job.describe()}`);
      from = driver.completed;
    } finally {
      await job.close();
    }
  }
}

/** Moves a job, and takes its checkpoints. */
class Driver {
  /** The newest snapshot that is complete. */
  completed: SnapshotMetadata | undefined;
  readonly #job: LocalJob;
  readonly #random: SeededRandom;
  #pending: PendingLocalSnapshot | undefined;

  constructor(job: LocalJob, random: SeededRandom, from: SnapshotMetadata | undefined) {
    this.#job = job;
    this.#random = random;
    this.completed = from;
  }

  /** Works for some rounds; true when the job has finished. */
  async run(rounds: number): Promise<boolean> {
    const random = this.#random;
    for (let round = 0; round < rounds; round++) {
      if (this.#job.hasFinished) return true;
      for (let step = random.integer(60); step > 0; step--) this.#job.step();
      if (round > 20) await this.#job.settle();
      for (let turn = random.integer(3); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve));
      await this.#checkpoint();
    }
    return this.#job.hasFinished;
  }

  async #checkpoint(): Promise<void> {
    if (this.#pending === undefined) {
      if (this.#random.integer(3) === 0) this.#pending = await this.#job.beginSnapshot();
      return;
    }
    if (this.#pending.isHopeless) {
      await this.#job.abortSnapshot(this.#pending);
      this.#pending = undefined;
      return;
    }
    if (!this.#pending.isComplete) return;
    this.completed = await this.#pending.complete();
    this.#pending = undefined;
    // A crash may come between the two: then the restored job commits.
    if (this.#random.integer(8) > 0) await this.#job.completeSnapshot(this.completed.checkpointId);
  }
}

/** The largest sum of each key: values are positive, so it is the last. */
function lastOfEach(items: readonly Item[]): Item[] {
  const last = new Map<string, Item>();
  for (const item of items) {
    // Of a single element, the element itself.
    const key = encode(item.k);
    if ((last.get(key)?.v ?? 0) < item.v) last.set(key, { k: item.k, v: item.v });
  }
  return [...last.values()];
}

function sorted(items: readonly Item[]): string[] {
  return items.map((item) => encode(item)).sort();
}

function compare(wanted: readonly string[], got: readonly string[]): string | undefined {
  if (wanted.length === got.length && wanted.every((each, index) => each === got[index])) return undefined;
  const missing = subtract(wanted, got);
  const extra = subtract(got, wanted);
  return `${wanted.length} records expected, ${got.length} committed; missing ${missing.slice(0, 5)}; too many ${extra.slice(0, 5)}`;
}

function subtract(from: readonly string[], what: readonly string[]): string[] {
  const left = [...what];
  return from.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
