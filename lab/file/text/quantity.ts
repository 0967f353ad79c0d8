/** Numbers with a unit: times, amounts of bytes, rates, percentages. */
import { type Parsed, parsed, refused } from './parsed.ts';

export interface Measure {
  /** What it is, as in "a time". */
  readonly name: string;
  /** By the unit as it is written: how much of the base unit it is. */
  readonly units: Readonly<Record<string, number>>;
  /** In the base unit, both included. */
  readonly min: number;
  readonly max: number;
  /** Both ends and an example, as they would be written. */
  readonly minText: string;
  readonly maxText: string;
  readonly example: string;
}

const TIME_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** Decimal and binary prefixes as IEC 80000-13 has them. */
const SIZE_UNITS = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const RATE_UNITS = { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9 };

/** In ms. */
export const TIME: Measure = {
  name: 'a time',
  units: TIME_UNITS,
  min: 0,
  max: 3_600_000,
  minText: '0s',
  maxText: '1h',
  example: '30s',
};
/** In ms; more than nothing. */
export const TIME_SPAN: Measure = { ...TIME, min: 1, minText: '1ms' };
/** In ms. What a packet can be held up without the other end giving up on it. */
export const DELAY: Measure = { ...TIME, max: 10_000, maxText: '10s', example: '20ms' };
/** In bytes. */
export const SIZE: Measure = {
  name: 'an amount of bytes',
  units: SIZE_UNITS,
  min: 1,
  max: 2 ** 30,
  minText: '1B',
  maxText: '1GiB',
  example: '100kB',
};
/** In bits per second. */
export const RATE: Measure = {
  name: 'a rate',
  units: RATE_UNITS,
  min: 1000,
  max: 10e9,
  minText: '1kbit/s',
  maxText: '10Gbit/s',
  example: '10Mbit/s',
};
/** In percent. */
export const PERCENTAGE: Measure = {
  name: 'a percentage',
  units: { '%': 1 },
  min: 0,
  max: 100,
  minText: '0%',
  maxText: '100%',
  example: '5%',
};

const NUMBER = String.raw`\d{1,12}(?:\.\d{1,6})?`;

/** Matches what has the form of that measure. */
export function patternOf({ units }: Measure): RegExp {
  return new RegExp(`^${NUMBER} ?(?:${Object.keys(units).join('|')})$`);
}

/** Reads a number and its unit, such as `1.5s`. */
export function parseQuantity(text: string, measure: Measure): Parsed<number> {
  const { units, min, max, name, example } = measure;
  const [, number = '', unit = ''] = /^([\d.]+) ?(\D*)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined || !new RegExp(`^${NUMBER}$`).test(number)) {
    return refused(`${name} is a number with one of the units ${Object.keys(units).join(', ')}, such as ${example}`);
  }
  // The smallest unit of all measures but percentages is whole.
  const value = unit === '%' ? Number(number) : Math.round(Number(number) * factor);
  if (value < min || value > max) return refused(`${name} here is from ${measure.minText} to ${measure.maxText}`);
  return parsed(value);
}
