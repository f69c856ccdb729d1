/** MurmurHash3, by which Feast names the fields of a hash. @module */

/**
 * MurmurHash3_x86_32 with seed 0, as an unsigned number.
 * @see {@link https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp}
 */
export function murmur3(bytes: Uint8Array): number {
  const whole = bytes.length & ~3;
  let hash = 0;
  for (let i = 0; i < whole; i += 4) {
    const block = at(bytes, i) | at(bytes, i + 1) << 8 | at(bytes, i + 2) << 16 |
      at(bytes, i + 3) << 24;
    hash = Math.imul(rotate(hash ^ scramble(block), 13), 5) + 0xe6546b64 | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = tail << 8 | at(bytes, i);
  return avalanche(hash ^ scramble(tail) ^ bytes.length);
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function rotate(value: number, bits: number): number {
  return value << bits | value >>> (32 - bits);
}

function scramble(block: number): number {
  return Math.imul(rotate(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
}

function avalanche(hash: number): number {
  let h = hash ^ hash >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
  return (h ^ h >>> 16) >>> 0;
}
