// The same work in one loop over readline and one Map.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { measure, options } from './measure.js';

const { input } = options({});

await measure(async () => {
  const counts = new Map();
  let out = 0;
  for await (const line of createInterface({ input: createReadStream(input), crlfDelay: Number.POSITIVE_INFINITY })) {
    for (const word of line.split(' ')) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
      out++;
    }
  }
  return out;
});
