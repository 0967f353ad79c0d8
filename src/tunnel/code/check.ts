/**
 * The check of a code: its characters, read as the digits of one number to the base 31, are divisible by a prime. That finds
 * every character that is another one, and every two that are swapped, wherever they are.
 */

/** What can be read out without mistakes: the digits and small letters without 0 and o, 1, l and i. A character's value is its place. */
export const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
/** What the name of a server may have in a code; a character's value is its place, counted from 1. */
export const SERVER_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789.-_:[]';
/** A zero at the beginning of a number could be left out, and nothing would show it. */
const SERVER_FIRST = 1;
export const CHECK_CHARACTERS = 3;

const BASE = ALPHABET.length;
const DIGITS = Array.from(ALPHABET, (_, value) => value);
const SERVER_DIGITS = Array.from(SERVER_ALPHABET, (_, value) => SERVER_FIRST + value);
/**
 * The greatest prime below 31³, so that three characters hold every remainder, and one of 29,789 random texts passes. 31 is a
 * primitive root of it: the places of any two characters weigh differently up to 29,788 characters, and a difference of two
 * characters, which is less than the prime, is never divisible by it.
 */
const PRIME = 29_789;

/** The text of a code as it is checked: the server's name comes first, since the last characters are the check. */
export interface CheckedText {
  /** Characters of ALPHABET, the check included. */
  readonly characters: string;
  /** Characters of SERVER_ALPHABET; empty where the code names no server. */
  readonly server: string;
}

export function isChecked(text: CheckedText): boolean {
  return remainder(digitsOf(text)) === 0;
}

/** Returns the three characters that, put behind the others, make the text divisible. */
export function checkOf({ characters, server }: CheckedText): string {
  const unchecked = characters + ALPHABET.charAt(0).repeat(CHECK_CHARACTERS);
  let rest = (PRIME - remainder(digitsOf({ characters: unchecked, server }))) % PRIME;
  let check = '';
  for (let place = 0; place < CHECK_CHARACTERS; place++) {
    check = `${ALPHABET[rest % BASE]}${check}`;
    rest = Math.trunc(rest / BASE);
  }
  return check;
}

/**
 * Returns where one mistake, a wrong character or two neighbours that are swapped, would explain why a text is not checked:
 * the places of `characters`, and whether the server's name is one. The right place is always among them, and rarely another.
 */
export function suspectsOf(text: CheckedText): { readonly places: readonly number[]; readonly server: boolean } {
  const digits = digitsOf(text);
  const rest = remainder(digits);
  const mends = (change: number): boolean => (rest + change) % PRIME === 0;
  const suspects: number[] = [];
  for (let place = digits.length - 1, weight = 1, lighter = 0; place >= 0; place--) {
    const own = digits[place] ?? 0;
    const others = place < text.server.length ? SERVER_DIGITS : DIGITS;
    const isWrong = others.some((other) => mends((other - own) * weight));
    const isSwapped = mends(((digits[place + 1] ?? own) - own) * (weight - lighter));
    if (isWrong || isSwapped) suspects.unshift(place - text.server.length);
    lighter = weight;
    weight = (weight * BASE) % PRIME;
  }
  return { places: suspects.filter((place) => place >= 0), server: suspects.some((place) => place < 0) };
}

function remainder(digits: readonly number[]): number {
  return digits.reduce((rest, digit) => (rest * BASE + digit) % PRIME, 0);
}

function digitsOf({ characters, server }: CheckedText): readonly number[] {
  return [
    ...[...server].map((character) => SERVER_FIRST + SERVER_ALPHABET.indexOf(character)),
    ...[...characters].map((character) => ALPHABET.indexOf(character)),
  ];
}
