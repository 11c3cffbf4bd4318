/** MurmurHash3, the x64 variant of 128 bits, with seed 0: the hash behind operator ids. Runs a few times a program. */

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

/** The 16 bytes of the hash: both halves little-endian. @internal */
export function murmur3x64128(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wholeBlocks = bytes.length - (bytes.length % 16);
  let h1 = 0n;
  let h2 = 0n;
  for (let at = 0; at < wholeBlocks; at += 16) {
    h1 ^= mixFirst(view.getBigUint64(at, true));
    h1 = u64(rotateLeft(h1, 27n) + h2);
    h1 = u64(h1 * 5n + 0x52dce729n);
    h2 ^= mixSecond(view.getBigUint64(at + 8, true));
    h2 = u64(rotateLeft(h2, 31n) + h1);
    h2 = u64(h2 * 5n + 0x38495ab5n);
  }
  const tail = new DataView(new ArrayBuffer(16));
  for (let at = wholeBlocks; at < bytes.length; at++) tail.setUint8(at - wholeBlocks, bytes[at] as number);
  h1 ^= mixFirst(tail.getBigUint64(0, true));
  h2 ^= mixSecond(tail.getBigUint64(8, true));
  return finish(h1, h2, BigInt(bytes.length));
}

function finish(first: bigint, second: bigint, length: bigint): Uint8Array {
  let h1 = u64((first ^ length) + (second ^ length));
  let h2 = u64((second ^ length) + h1);
  h1 = avalanche(h1);
  h2 = avalanche(h2);
  h1 = u64(h1 + h2);
  h2 = u64(h2 + h1);
  const hash = new DataView(new ArrayBuffer(16));
  hash.setBigUint64(0, h1, true);
  hash.setBigUint64(8, h2, true);
  return new Uint8Array(hash.buffer);
}

function mixFirst(k: bigint): bigint {
  return u64(rotateLeft(u64(k * C1), 31n) * C2);
}

function mixSecond(k: bigint): bigint {
  return u64(rotateLeft(u64(k * C2), 33n) * C1);
}

function avalanche(value: bigint): bigint {
  let h = value;
  h = u64((h ^ (h >> 33n)) * 0xff51afd7ed558ccdn);
  h = u64((h ^ (h >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return h ^ (h >> 33n);
}

function rotateLeft(value: bigint, by: bigint): bigint {
  return u64((value << by) | (value >> (64n - by)));
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
