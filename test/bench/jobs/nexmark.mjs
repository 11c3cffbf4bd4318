// A query of jobs/nexmark with the bench's sink: `--query q5 --n 3000000`. `gen` is the generator and its watermarks alone.
import { StreamExecutionEnvironment } from 'flink-ts';
import { countingSink, numbers } from './support.js';

const jobs = new URL('../../../dist/jobs/nexmark/', import.meta.url);

export default async function main(args) {
  const { query, n } = numbers(args, { query: 'q0', n: 3_000_000 });
  const { eventStream } = await import(new URL('stream.js', jobs).href);
  const questions = query === 'gen' ? { gen: (events) => events } : await import(new URL(`${query}.js`, jobs).href);
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const events = eventStream(env, { events: n, rate: 100_000, sources: env.getParallelism() });
  questions[query](events).sinkTo(countingSink());
  await env.execute(`nx-${query}`);
}
