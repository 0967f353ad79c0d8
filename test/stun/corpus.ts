/** Recorded and vector datagrams, and mutations of them: what a codec meets from strangers. */
import { readFileSync } from 'node:fs';

export function readCorpus(name: string): readonly Uint8Array[] {
  const text = readFileSync(new URL(`corpus/${name}.txt`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => Uint8Array.from(Buffer.from(line.slice(2), 'hex')));
}

/** A generator of whole numbers below a bound (mulberry32), so that a failing input can be made again. */
export function createDice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A copy with one to four accidents: a changed byte, a cut, an insertion, a repeated piece, a lying length. */
export function mutate(original: Uint8Array, dice: (below: number) => number): Uint8Array {
  let bytes = [...original];
  for (let accidents = 1 + dice(4); accidents > 0; accidents--) {
    const at = dice(bytes.length + 1);
    switch (dice(6)) {
      case 0:
        bytes[at] = dice(256);
        break;
      case 1:
        bytes = bytes.slice(0, at);
        break;
      case 2:
        bytes.splice(at, 0, ...Array.from({ length: dice(9) }, () => dice(256)));
        break;
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + 4 * dice(8)));
        break;
      case 4:
        bytes[3] = dice(256);
        break;
      default:
        // The header's length made right again, so that what follows is reached.
        bytes.splice(bytes.length - (bytes.length % 4));
        if (bytes.length >= 20) bytes.splice(2, 2, (bytes.length - 20) >> 8, (bytes.length - 20) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}
