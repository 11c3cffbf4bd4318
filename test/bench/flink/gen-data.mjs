// node gen-data.mjs DIR [megabytes=500]: words.txt (10 words a line, Zipf-like over 100,000 words) and events.ndjson; the same bytes on every machine.
import { closeSync, openSync, writeSync } from 'node:fs';

const dir = process.argv[2],
  limit = Number(process.argv[3] ?? 500) * 1e6;
let s = 12345;
const next = () => {
  s = (s + 0x6d2b79f5) | 0;
  let t = Math.imul(s ^ (s >>> 15), s | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
};
const below = (n) => Math.floor((next() * n) / 4294967296);
const vocab = Array.from({ length: 100000 }, (_, i) => {
  let w = '';
  let x = i + 26;
  while (x > 0) {
    w += String.fromCharCode(97 + (x % 26));
    x = Math.floor(x / 26);
  }
  return w + 'aeiou'[i % 5].repeat(i % 4);
});
// word of rank r has weight 1/(r+1): inverse of the cumulative sum by table of 2^20 slots
const H = vocab.reduce((a, _, i) => a + 1 / (i + 1), 0),
  table = new Uint32Array(1 << 20);
{
  let r = 0,
    c = 1 / H;
  for (let i = 0; i < table.length; i++) {
    while ((i + 0.5) / table.length > c && r < vocab.length - 1) {
      r++;
      c += 1 / ((r + 1) * H);
    }
    table[i] = r;
  }
}
function file(name, line) {
  const fd = openSync(`${dir}/${name}`, 'w');
  let size = 0,
    lines = 0,
    buf = [];
  let len = 0;
  while (size < limit) {
    const l = line(lines++);
    buf.push(l);
    len += l.length;
    size += l.length;
    if (len > 1 << 20) {
      writeSync(fd, buf.join(''));
      buf = [];
      len = 0;
    }
  }
  writeSync(fd, buf.join(''));
  closeSync(fd);
  console.log(name, size, 'bytes', lines, 'lines');
}
file('words.txt', () => {
  let l = '';
  for (let i = 0; i < 10; i++) l += (i ? ' ' : '') + vocab[table[next() >>> 12]];
  return l + '\n';
});
const types = ['view', 'click', 'buy', 'back'];
file(
  'events.ndjson',
  (i) =>
    JSON.stringify({
      id: i,
      user: 'key-' + String(below(100000)).padStart(10, '0'),
      type: types[below(4)],
      ts: 1700000000000 + i,
      amount: below(100000) / 100,
      text: vocab[below(100000)] + ' ' + vocab[below(100000)] + ' ' + vocab[below(100000)],
    }) + '\n',
);
