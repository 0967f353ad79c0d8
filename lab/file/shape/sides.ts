/** The keys of `sides` and `public`. */
import { z } from 'zod';
import { parsePattern } from '../text/pattern.ts';
import { accessSchema } from './access.ts';
import { mapping, readAs } from './field.ts';
import { programSchema, programShape } from './program.ts';

/** A pattern for a line of output. */
export const pattern = (description: string) =>
  readAs(parsePattern, { description, examples: ['connected', '/connected to (\\S+)/i'] });

const further = (letter: string) =>
  mapping(
    { nat: accessSchema, ...programShape },
    `The further peer ${letter}, whose access is the same in every pair; its keys go before those for all sides.`,
  ).optional();

export const sidesSchema = mapping(
  {
    ...programShape,
    a: programSchema('What is other for side a: its keys go before those for all sides.').optional(),
    b: programSchema('What is other for side b: its keys go before those for all sides.').optional(),
    c: further('c'),
    d: further('d'),
    e: further('e'),
    f: further('f'),
    g: further('g'),
    h: further('h'),
  },
  'The two sides of a pair, a and b, and further peers, c to h. Keys of a program given here hold for all of them.',
);

const readySchema = mapping(
  {
    line: pattern('A line of its output: text that it contains, or a regular expression between slashes.').optional(),
    port: z.int().min(1).max(65_535).describe('A TCP port on which it listens.').optional(),
  },
  'When it is ready for others, by a line or by a port. Default: as soon as it has started.',
).meta({ oneOf: [{ required: ['line'] }, { required: ['port'] }] });

const helperSchema = mapping(
  {
    ...programShape,
    ready: readySchema.optional(),
    restart: z
      .boolean()
      .describe(
        'Whether it is started anew for each try, so that it knows nothing of an earlier one; pairs then run one after the other. Default: false.',
      )
      .optional(),
  },
  'A program on the public network, by its name.',
);

/** Words that places in texts begin with, and what a name of a container can be made of. */
export const HELPER_NAME = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/;

export const publicSchema = z
  .object({
    server: z
      .literal('natcheck')
      .describe("Runs natcheck serve with its relay, open to all, on the lab's server: {{server}}.")
      .optional(),
  })
  .catchall(helperSchema)
  .meta({ propertyNames: { pattern: HELPER_NAME.source } })
  .describe('Programs on the public network, such as relays and trackers, by their names.');

export type HelperInput = z.output<typeof helperSchema>;
