/** When something is to happen in a try: at a time, or after a line of output. */
import { z } from 'zod';
import { TIME } from '../text/quantity.ts';
import { mapping, quantity } from './field.ts';
import { pattern } from './sides.ts';

const eventSchema = mapping(
  {
    line: pattern('The line: text that it contains, or a regular expression between slashes.'),
    of: z.string().describe('The side or helper that prints it.'),
    wait: quantity(TIME, 'How long after the line. Default: 0s.').optional(),
  },
  'After a line of output.',
);

export function when(description: string) {
  return z.union([quantity(TIME, 'How long after the start of the pair.'), eventSchema]).describe(description);
}

export type WhenInput = z.output<ReturnType<typeof when>>;
