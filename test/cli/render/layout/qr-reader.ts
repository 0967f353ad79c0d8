/** Reads a QR code of versions 2 to 5 and level L, which have one block of code words, from its modules (ISO/IEC 18004). */

/** Data code words of versions 2 to 5 at level L (table 7). */
const DATA_WORDS = [34, 55, 80, 108];
/** What the format information is masked with (§7.9.1). */
const FORMAT_MASK = 0b101010000010010;
/** The masks by their numbers (table 10): whether a module at row i and column j is inverted. */
const MASKS: readonly ((i: number, j: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_i, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

type Modules = readonly (readonly boolean[])[];

/** Returns the text. @param modules true for dark, without the quiet zone. @throws Error when it is of another kind. */
export function readQr(modules: Modules): string {
  const size = modules.length;
  const version = (size - 17) / 4;
  const words = DATA_WORDS[version - 2];
  if (words === undefined) throw new Error(`version ${version} is not read here`);
  const bits = dataBits(modules, maskOf(modules));
  const take = (from: number, count: number): number => Number.parseInt(bits.slice(from, from + count).join(''), 2);
  if (take(0, 4) !== 0b0100) throw new Error('not in byte mode');
  const length = take(4, 8);
  if (length + 2 > words) throw new Error('longer than its version');
  return Buffer.from(Array.from({ length }, (_, index) => take(12 + 8 * index, 8))).toString('utf8');
}

/** From the first copy of the format information, beside the finder at the top left (§7.9.1). */
function maskOf(modules: Modules): (i: number, j: number) => boolean {
  const along = [0, 1, 2, 3, 4, 5, 7, 8].map((column) => modules[8]?.[column]);
  const down = [7, 5, 4, 3, 2, 1, 0].map((row) => modules[row]?.[8]);
  const format = Number.parseInt([...along, ...down].map((dark) => (dark ? 1 : 0)).join(''), 2) ^ FORMAT_MASK;
  if (format >> 13 !== 0b01) throw new Error('not of level L');
  const mask = MASKS[(format >> 10) & 7];
  if (!mask) throw new Error('there are eight masks');
  return mask;
}

/** The bits in pairs of columns from the right, up and down by turns, without what belongs to the pattern (§7.7.3). */
function dataBits(modules: Modules, mask: (i: number, j: number) => boolean): readonly number[] {
  const size = modules.length;
  const bits: number[] = [];
  let isUp = true;
  for (let right = size - 1; right > 0; right -= 2, isUp = !isUp) {
    if (right === 6) right--;
    for (let step = 0; step < size; step++) {
      const row = isUp ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (isPattern(row, column, size)) continue;
        bits.push(modules[row]?.[column] !== mask(row, column) ? 1 : 0);
      }
    }
  }
  return bits;
}

/** Finders with their format information, timing, and the one alignment pattern of versions 2 to 6. */
function isPattern(row: number, column: number, size: number): boolean {
  const [isTop, isLeft] = [row <= 8, column <= 8];
  if ((isTop && isLeft) || (isTop && column >= size - 8) || (row >= size - 8 && isLeft)) return true;
  if (row === 6 || column === 6) return true;
  return Math.abs(row - (size - 7)) <= 2 && Math.abs(column - (size - 7)) <= 2;
}
