/**
 * The random numbers of the generator: mulberry32 in 32-bit integers, seeded anew for each event, so that an event is a
 * function of its number and a source can begin anywhere.
 */

const TWO_TO_32 = 4294967296;
const LETTERS = Array.from({ length: 26 }, (_, letter) => String.fromCharCode(97 + letter));

/** Spreads the bits of a number: the finaliser of murmur3. */
function fmix32(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** A sequence of numbers that depends on its seed only. */
export class Random {
  #state = 0;

  /** Begins the sequence of an event. */
  seed(id: number): void {
    this.#state = fmix32((id + 0x9e3779b9) | 0);
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.#next() * bound) / TWO_TO_32);
  }

  /** From 100 to 10^8 cents, evenly in the logarithm. */
  price(): number {
    return Math.round(10 ** ((this.#next() / TWO_TO_32) * 6) * 100);
  }

  /** Three letters to `longest` - 1, now and then `special` instead of one; blanks at the ends are cut off. */
  word(longest: number, special: string): string {
    const length = 3 + this.below(longest - 3);
    let word = '';
    for (let i = 0; i < length; i++) word += this.below(13) === 0 ? special : LETTERS[this.below(26)];
    return special === ' ' ? word.trim() : word;
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits ^= (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) | 0;
    return (bits ^ (bits >>> 14)) >>> 0;
  }
}
