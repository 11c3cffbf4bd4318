// The same work in one loop over readline, into a plain file.
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { measure, options } from './measure.js';

const { input, output } = options({});

await measure(async () => {
  mkdirSync(dirname(output), { recursive: true });
  const file = createWriteStream(`${output}-by-hand`);
  let out = 0;
  for await (const line of createInterface({ input: createReadStream(input) })) {
    const event = JSON.parse(line);
    if (event.type !== 'buy') continue;
    out++;
    if (!file.write(`${JSON.stringify(event)}\n`)) await new Promise((resume) => file.once('drain', resume));
  }
  await new Promise((done) => file.end(done));
  return out;
});
