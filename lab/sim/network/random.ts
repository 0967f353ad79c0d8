/**
 * The one source of chance in the simulated lab: sfc32 (Chris Doty-Humphrey, PractRand, https://pracrand.sourceforge.net),
 * seeded through splitmix32. Streams forked by label are independent: draws from one never shift those of another.
 */

/** 128 bits of state or of seed. */
type Words = readonly [number, number, number, number];

export interface Random {
  /** Uniform in [0, 1), with 32 bits. */
  readonly next: () => number;
  /** Uniform among 0, 1, … count − 1. */
  readonly integer: (count: number) => number;
  /** One of them, each equally likely. */
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
  readonly bytes: (length: number) => Uint8Array;
  /** Another stream, which depends on the seed of this one and on the label, and not on what was drawn. */
  readonly fork: (label: string) => Random;
}

/** As many steps as PractRand discards after seeding with all the words. */
const WARM_UP_STEPS = 15;
/** The fractional part of the golden ratio, the increment of splitmix. */
const GOLDEN = 0x9e3779b9;

export function createRandom(seed: number): Random {
  return fromWords(absorb([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, 0, 0], ''));
}

function fromWords(seed: Words): Random {
  const draw = sfc32([seed[0], seed[1], seed[2]], seed[3]);
  const next = (): number => draw() / 2 ** 32;
  const integer = (count: number): number => Math.floor(next() * count);
  return {
    next,
    integer,
    pick: (from) => from[integer(from.length)] ?? from[0],
    bytes: (length) => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at++) bytes[at] = draw() >>> 24;
      return bytes;
    },
    fork: (label) => fromWords(absorb(seed, label)),
  };
}

/** Draws 32-bit words; the counter is 1 where PractRand seeds it. */
export function sfc32([s0, s1, s2]: readonly [number, number, number], counter = 1): () => number {
  let a = s0 | 0;
  let b = s1 | 0;
  let c = s2 | 0;
  let count = counter | 0;
  const draw = (): number => {
    const out = (a + b + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  for (let step = 0; step < WARM_UP_STEPS; step++) draw();
  return draw;
}

/** Feeds the label's code units, then eight closing rounds, into the words; each round is a bijection of the state. */
function absorb(seed: Words, label: string): Words {
  let [a, b, c, d] = seed;
  const round = (input: number): void => {
    const mixed = splitmix32((a ^ Math.imul(d, GOLDEN)) + input);
    a = b;
    b = c;
    c = d;
    d = mixed;
  };
  for (let at = 0; at < label.length; at++) round(label.charCodeAt(at));
  for (let closing = 0; closing < 8; closing++) round(label.length + 0x10000);
  return [a, b, c, d];
}

/** The 32-bit finalizer of splitmix and MurmurHash3 (Austin Appleby's fmix32). */
function splitmix32(state: number): number {
  let z = (state + GOLDEN) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}
