/**
 * Random numbers that a seed decides.
 *
 * @module
 */

/** A stream of random numbers. */
export interface Random {
  /** In [0, 1), 32 bits. */
  next(): number;
  /** In [low, high). */
  between(low: number, high: number): number;
  /** A whole number in [0, n). */
  below(n: number): number;
  /** Normally distributed. */
  normal(mean: number, sd: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  /**
   * A UUID of version 7 whose time part is `ms`, so that ids grow with time as those of the
   * application do.
   */
  uuid(ms: number): string;
}

const hex = Array.from({ length: 65536 }, (_, i) => i.toString(16).padStart(4, "0"));
const version7 = Array.from({ length: 4096 }, (_, i) => `-7${i.toString(16).padStart(3, "0")}-`);

/** sfc32 by Chris Doty-Humphrey (PractRand), one state per closure. */
function sfc32(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t | 0;
    return t >>> 0;
  };
}

/** Scrambles a 32-bit number; the finalizer of MurmurHash3. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * A stream for one purpose: streams of different `stream` numbers are independent, so that drawing
 * more in one place changes nothing elsewhere.
 */
export function random(seed: number, stream: number): Random {
  const bits = sfc32(mix(seed), mix(stream ^ 0x9e3779b9), mix(seed + stream * 31), 1);
  for (let i = 0; i < 12; i++) bits();
  const next = () => bits() / 4294967296;
  let spare: number | undefined;
  const gauss = () => {
    if (spare !== undefined) {
      const z = spare;
      spare = undefined;
      return z;
    }
    const r = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    spare = r * Math.sin(angle);
    return r * Math.cos(angle);
  };
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    below: (n) => Math.floor(next() * n),
    normal: (mean, sd) => mean + sd * gauss(),
    chance: (p) => next() < p,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    uuid(ms) {
      const high = Math.floor(ms / 65536);
      const [x, y, z] = [bits(), bits(), bits()];
      return hex[high >>> 16]! + hex[high & 0xffff]! + "-" + hex[ms & 0xffff]! +
        version7[x >>> 20]! + hex[(x & 0x3fff) | 0x8000]! + "-" +
        hex[y >>> 16]! + hex[y & 0xffff]! + hex[z >>> 16]!;
    },
  };
}
