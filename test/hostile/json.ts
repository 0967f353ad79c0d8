/** What accidents make of JSON: values of another kind, left out, doubled, and the text itself damaged. */
import type { Random } from '../../lab/sim/network/random.ts';
import { chance } from './values.ts';

const NASTY: readonly [unknown, ...unknown[]] = [
  null,
  true,
  0,
  -0,
  -1,
  1,
  0.5,
  1e308,
  -1e-308,
  65_536,
  2 ** 31,
  2 ** 53,
  '',
  ' ',
  '0',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  'x'.repeat(300),
  [],
  [[]],
  {},
  { __proto__: null },
];
const CHARACTERS = ['{', '}', '[', ']', '"', ',', ':', '0', 'e', '-', '\\', ' ', '\u0000', '\ud83d'] as const;
const DEPTH_MAX = 8;

/** A copy with one accident somewhere in it. */
export function mutateValue(random: Random, value: unknown, depth = 0): unknown {
  const isInner = typeof value === 'object' && value !== null && depth < DEPTH_MAX;
  if (!isInner || chance(random, 0.1)) return nearOr(random, value);
  const entries = Object.entries(value);
  if (entries.length === 0) return random.pick(NASTY);
  const at = random.integer(entries.length);
  const changed = entries.flatMap(([key, inner], index) => {
    if (index !== at) return [[key, inner] as const];
    switch (random.integer(6)) {
      case 0:
        return [];
      case 1:
        return [[`${key}x`, inner] as const];
      default:
        return [[key, mutateValue(random, inner, depth + 1)] as const];
    }
  });
  if (!Array.isArray(value)) return Object.fromEntries(changed);
  const items = changed.map(([, inner]) => inner);
  return chance(random, 0.05) ? Array.from({ length: 100 }, () => items[0]) : items;
}

/** A number near to it, or any other value. */
function nearOr(random: Random, value: unknown): unknown {
  if (typeof value === 'number' && chance(random, 0.7))
    return value * random.pick([0, 1, -1, 2]) + random.pick([0, 1, -1]);
  return random.pick(NASTY);
}

/** As it is, with an accident in the value, or with some in the text. */
export function damagedJson(random: Random, value: unknown, share = 0.5): string {
  if (!chance(random, share)) return JSON.stringify(value);
  const text = JSON.stringify(mutateValue(random, value)) ?? 'undefined';
  return chance(random, 0.2) ? damagedText(random, text) : text;
}

/** One to four characters more, less or other; or a cut; or a part of it again. */
export function damagedText(random: Random, original: string): string {
  let text = original;
  for (let accidents = 1 + random.integer(4); accidents > 0; accidents--) {
    const at = random.integer(text.length + 1);
    const rest = text.slice(at);
    switch (random.integer(5)) {
      case 0:
        text = text.slice(0, at) + random.pick(CHARACTERS) + rest;
        break;
      case 1:
        text = text.slice(0, at) + rest.slice(1);
        break;
      case 2:
        text = text.slice(0, at) + random.pick(CHARACTERS) + rest.slice(1);
        break;
      case 3:
        text = text.slice(0, at);
        break;
      default:
        text = text.slice(0, at) + rest.slice(0, random.integer(40)) + rest;
    }
  }
  return text;
}
