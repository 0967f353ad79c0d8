/** The keys of `success`. */
import { z } from 'zod';
import { parseEndpoint } from '../text/endpoint.ts';
import { parseJsonPath } from '../text/json-path.ts';
import { SIZE, TIME_SPAN } from '../text/quantity.ts';
import { mapping, oneOrMore, quantity, readAs, template } from './field.ts';
import { sideName } from './side-name.ts';
import { pattern } from './sides.ts';
import { when } from './when.ts';

const jsonSchema = mapping(
  {
    path: readAs(parseJsonPath, { description: 'Where in the line, as $.name["name"][0].', examples: ['$.outcome'] }),
    equals: z.unknown().describe('The value there.'),
  },
  'A line that is JSON, and a value in it.',
);

const sideShape = {
  exit: z.int().min(0).max(255).describe('The exit code that the program ends with.').optional(),
  line: oneOrMore(
    pattern('A line that is printed: text that it contains, or a regular expression between slashes.'),
    'A line of output, or several.',
  )
    .meta({ id: 'line' })
    .optional(),
  json: oneOrMore(jsonSchema, 'A line of output that is JSON with that value in it, or several.')
    .meta({ id: 'json' })
    .optional(),
};

const portSchema = mapping(
  {
    from: sideName('The side that asks. Default: a.').optional(),
    to: readAs(parseEndpoint, {
      description:
        'The address and port that answer, such as 10.42.0.2:5201; places such as {{peer.address}} are filled in.',
      examples: ['10.42.0.2:5201'],
    }),
  },
  'A TCP port that answers.',
);

const bytesSchema = mapping(
  {
    from: sideName('The side that sends. Default: a.').optional(),
    to: sideName('The side that receives. Default: b.').optional(),
    address: template('The address of the receiving side that is sent to, such as one inside a tunnel.'),
    amount: quantity(SIZE, 'How much is sent. Default: 100kB.').optional(),
    after: when(
      'When it is sent: a time after the start of the pair, or a line of output. Default: at once.',
    ).optional(),
  },
  'Bytes that the lab sends over TCP from one side to another.',
);

const ofSide = (letter: string) => mapping(sideShape, `What is asked of side ${letter} alone.`).optional();

export const successSchema = mapping(
  {
    within: quantity(
      TIME_SPAN,
      'How long all of it may take from the start of the two sides. Default: 30s.',
    ).optional(),
    ...sideShape,
    port: oneOrMore(portSchema, 'A TCP port that answers, or several.').optional(),
    bytes: oneOrMore(bytesSchema, 'Bytes that arrive, or several times.').optional(),
    a: ofSide('a'),
    b: ofSide('b'),
    c: ofSide('c'),
    d: ofSide('d'),
    e: ofSide('e'),
    f: ofSide('f'),
    g: ofSide('g'),
    h: ofSide('h'),
  },
  'What tells that a pair has succeeded: all of these. What is not for one side alone is asked of a and of b.',
);

export type SuccessInput = z.output<typeof successSchema>;
export type SideSuccessInput = NonNullable<SuccessInput['a']>;
