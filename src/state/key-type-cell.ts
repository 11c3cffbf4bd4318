/**
 * The type of the keys of one keyed operator, the same in all threads. Where the program declares none, the first key
 * fixes it: one word of shared memory, set once by compare-and-set, says which type it is.
 */

import { FlinkError } from '../common/errors.js';
import { hashSafeLong, hashString } from './java-hash.js';
import { keyGroupOf, murmur } from './key-groups.js';
import { show } from './serializers/scalar-serializers.js';
import type { Type } from './type.js';
import { Types } from './types.js';

const UNSET = 0;
const STRING = 1;
const LONG = 2;
const BOOLEAN = 3;
/** Declared, and none of the three. */
const OTHER = 4;

/** The types that a first key can fix, by their number in the shared word. */
const FIXED_TYPES: readonly (Type<unknown> | undefined)[] = [undefined, Types.STRING, Types.LONG, Types.BOOLEAN];

/** How a {@link KeyTypeCell} is made. @internal */
export interface KeyTypeCellOptions {
  /** The type that `keyBy` was given; without it the first key decides. */
  readonly declared?: Type<unknown> | undefined;
  /** Shared words; a fresh one when absent (one thread only). */
  readonly words?: Int32Array;
  /** Which of the words is this operator's. */
  readonly index?: number;
  readonly maxParallelism: number;
  /** Named in messages. */
  readonly operatorName?: string;
}

/** See the file comment. @internal */
export class KeyTypeCell {
  readonly declared: Type<unknown> | undefined;
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #maxParallelism: number;
  readonly #operatorName: string | undefined;
  /** The mixed hash of the last key, a string or a long; -1 after a key of another type. */
  lastHash = -1;
  /** What this thread knows of the word; it never changes once set. */
  #known: number;

  constructor(options: KeyTypeCellOptions) {
    this.declared = options.declared;
    this.#words = options.words ?? new Int32Array(new SharedArrayBuffer(4));
    this.#index = options.index ?? 0;
    this.#maxParallelism = options.maxParallelism;
    this.#operatorName = options.operatorName;
    const fixed = FIXED_TYPES.indexOf(options.declared);
    if (options.declared === undefined) this.#known = UNSET;
    else this.#known = fixed > 0 ? fixed : OTHER;
  }

  /** The type of the keys; undefined until it is known. */
  get type(): Type<unknown> | undefined {
    if (this.declared !== undefined) return this.declared;
    if (this.#known === UNSET) this.#known = Atomics.load(this.#words, this.#index);
    return FIXED_TYPES[this.#known];
  }

  /** Fixes the type before the first key, from restored state; refuses another one than is fixed. */
  preset(type: Type<unknown>): void {
    const number = FIXED_TYPES.indexOf(type);
    if (number <= 0) throw this.#mismatch(type.name);
    this.#settle(number, type.name);
  }

  /**
   * The key group of a key. Called for every element that is sent to a keyed operator: it allocates nothing.
   *
   * @throws FlinkError `KEY_INVALID` for a key of another type.
   */
  keyGroup(key: unknown): number {
    if (typeof key === 'string') {
      if (this.#known === STRING || this.#accepts(STRING, key)) {
        this.lastHash = murmur(hashString(key));
        return this.lastHash % this.#maxParallelism;
      }
    } else if (typeof key === 'number' && Number.isSafeInteger(key)) {
      if (this.#known === LONG || this.#accepts(LONG, key)) {
        this.lastHash = murmur(hashSafeLong(key));
        return this.lastHash % this.#maxParallelism;
      }
    } else if (typeof key === 'boolean') {
      this.lastHash = -1;
      if (this.#known === BOOLEAN || this.#accepts(BOOLEAN, key)) {
        return keyGroupOf(key ? 1231 : 1237, this.#maxParallelism);
      }
    }
    return this.#declaredKeyGroup(key);
  }

  /** True when a key of this kind is hashed as that kind; false when a declared type of another kind decides. */
  #accepts(kind: number, key: unknown): boolean {
    if (this.#known === OTHER) return false;
    if (this.#known === UNSET) this.#settle(kind, undefined);
    if (this.#known !== kind) throw this.#invalid(key);
    return true;
  }

  #settle(number: number, typeName: string | undefined): void {
    const previous = Atomics.compareExchange(this.#words, this.#index, UNSET, number);
    this.#known = previous === UNSET ? number : previous;
    if (typeName !== undefined && this.#known !== number) throw this.#mismatch(typeName);
  }

  #declaredKeyGroup(key: unknown): number {
    this.lastHash = -1;
    const type = this.declared;
    if (type?.hash === undefined || key === null || key === undefined) throw this.#invalid(key);
    return keyGroupOf(type.hash(key), this.#maxParallelism);
  }

  #invalid(key: unknown): FlinkError {
    const where = this.#operatorName === undefined ? '' : ` of operator "${this.#operatorName}"`;
    const type = this.type;
    if (type !== undefined && type.hash === undefined) {
      return new FlinkError('KEY_INVALID', `Keys${where} cannot be of type ${type.name}, which has no hash.`);
    }
    const expected = type === undefined ? 'string, safe integer or boolean' : type.name;
    return new FlinkError('KEY_INVALID', `The key ${show(key)}${where} is no ${expected}.${hintFor(key, type)}`);
  }

  #mismatch(typeName: string): FlinkError {
    const where = this.#operatorName === undefined ? '' : ` of operator "${this.#operatorName}"`;
    const known = this.type?.name ?? 'STRING, LONG or BOOLEAN';
    return new FlinkError(
      'STATE_TYPE_MISMATCH',
      `The restored keys${where} are ${typeName}, the job's keys are ${known}.`,
    );
  }
}

function hintFor(key: unknown, expected: Type<unknown> | undefined): string {
  if (key === null || key === undefined) return ' Every element needs a key.';
  if (expected !== undefined && (typeof key === 'string' || typeof key === 'boolean' || Number.isSafeInteger(key)))
    return '';
  if (typeof key === 'number') return ' Declare Types.DOUBLE in keyBy for such numbers.';
  if (typeof key === 'bigint') return ' Declare Types.LONG_BIGINT in keyBy for bigints.';
  if (typeof key === 'object') return ' Declare Types.TUPLE in keyBy, and return an array, for keys of several parts.';
  return '';
}
