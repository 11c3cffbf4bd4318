/**
 * Short strings that were decoded lately, found again by their bytes. One cache serves all channels of a worker. A hit
 * costs as much as a decode, but gives a string whose hash is known and whose memory is shared; where strings do not
 * repeat, the cache steps aside.
 */

/** Slots; a power of two. 32,768 slots are 1 MiB of words, made when the first string comes. */
const SLOTS = 32_768;
/** Words a slot: four of content, the length, the rest to keep a slot in one cache line. */
const SLOT_WORDS = 8;
/** So many more misses than hits, and the cache is passed by … */
const PATIENCE = 8_192;
/** … for so many strings; then it is tried again. */
const TRUCE = 262_144;

/** Decodes strings of at most 16 one-byte characters. @internal */
export class StringCache {
  #words: Int32Array | undefined;
  #texts: string[] = [];
  #credit = PATIENCE;
  #passBy = 0;

  /** The string of `length` bytes at `start`; `view` is of the same memory, with 16 bytes of slack behind the content. */
  read(bytes: Uint8Array, view: DataView, start: number, length: number): string {
    if (length < 4) return decodeTiny(bytes, start, length);
    if (this.#passBy > 0) {
      this.#passBy--;
      return DECODERS[length]?.(bytes, start) as string;
    }
    // Two to four words cover every byte; which ones depends on the length alone.
    const first = view.getInt32(start, true);
    const last = view.getInt32(start + length - 4, true);
    let second = 0;
    let third = 0;
    if (length > 8) {
      second = view.getInt32(start + 4, true);
      third = view.getInt32(start + length - 8, true);
    }
    const slot = hashOf(first ^ length, last, second, third) & (SLOTS - 1);
    const words = this.#words ?? this.#create();
    const base = slot * SLOT_WORDS;
    if (
      words[base] === first &&
      words[base + 1] === last &&
      words[base + 2] === second &&
      words[base + 3] === third &&
      words[base + 4] === length
    ) {
      if (this.#credit < PATIENCE) this.#credit++;
      return this.#texts[slot] as string;
    }
    if (--this.#credit === 0) {
      this.#credit = PATIENCE;
      this.#passBy = TRUCE;
    }
    const text = DECODERS[length]?.(bytes, start) as string;
    words[base] = first;
    words[base + 1] = last;
    words[base + 2] = second;
    words[base + 3] = third;
    words[base + 4] = length;
    this.#texts[slot] = text;
    return text;
  }

  #create(): Int32Array {
    this.#texts = new Array<string>(SLOTS).fill('');
    this.#words = new Int32Array(SLOTS * SLOT_WORDS);
    return this.#words;
  }
}

function hashOf(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0xc2b2ae3d);
  hash = Math.imul(hash ^ (hash >>> 13) ^ d, 0x27d4eb2f);
  return hash ^ (hash >>> 16);
}

function decodeTiny(bytes: Uint8Array, start: number, length: number): string {
  if (length === 0) return '';
  const first = bytes[start] as number;
  if (length === 1) return String.fromCharCode(first);
  if (length === 2) return String.fromCharCode(first, bytes[start + 1] as number);
  return String.fromCharCode(first, bytes[start + 1] as number, bytes[start + 2] as number);
}

/** One call with all characters is several times faster than a loop or a call into Node; so there is one a length. */
const DECODERS = Array.from({ length: 17 }, (_, length) => {
  const codes = Array.from({ length }, (_unused, index) => `bytes[start + ${index}]`).join(', ');
  const source = `return String.fromCharCode(${codes});`;
  return new Function('bytes', 'start', source) as (bytes: Uint8Array, start: number) => string;
});
