/** Puts together what a chat or a mail has wrapped, and a terminal gives line by line. */
import { BY_HAND } from '../code/source.ts';

/** Far more than a line of natcheck has, with all that may stand around it. */
const KEPT_MAX_CHARACTERS = 4 * 1024;

/**
 * Creates what takes each line that was pasted, and returns it with those before it from where the last line of natcheck has begun. So
 * what was wrapped comes out whole with the last of its parts.
 */
export function createUnwrapping(): (pasted: string) => string {
  let begun = '';
  return (pasted) => {
    if (BY_HAND.test(pasted)) begun = pasted;
    else if (begun !== '' && begun.length + pasted.length < KEPT_MAX_CHARACTERS) begun += `\n${pasted}`;
    else begun = '';
    return begun === '' ? pasted : begun;
  };
}
