/** What a side is behind: the name of an access, a set of them, or a profile of one's own in the words of RFC 4787. */
import { z } from 'zod';
import { DEPENDENCIES } from '../../../src/nat/behavior.ts';
import { ACCESS_NAMES, IPV6_ACCESS_NAMES } from '../../accesses.ts';
import { PORT_ASSIGNMENT_KINDS, type Pooling, type TranslationKind } from '../../profiles.ts';
import { accessesNamed, oneAccessNamed, SET_NAMES } from '../text/access-name.ts';
import { TIME_SPAN } from '../text/quantity.ts';
import { mapping, quantity, readAs } from './field.ts';

const POOLING = ['paired', 'arbitrary'] as const satisfies readonly Pooling[];
const TRANSLATION = ['static', 'dynamic', 'napt'] as const satisfies readonly TranslationKind[];

/** What names of rows, columns and containers can be made of. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

const names = (known: readonly string[]) => [
  { enum: known },
  { pattern: `^(?:${known.join('|')})\\+(?:${IPV6_ACCESS_NAMES.join('|')})$` },
];

const profileSchema = mapping(
  {
    name: z
      .string()
      .regex(NAME, {
        error: 'a name has at most 32 small letters, digits and hyphens, and begins and ends without a hyphen',
      })
      .describe('The name of its row and column.'),
    mapping: z.enum(DEPENDENCIES).describe('What a mapping depends on besides the internal endpoint (RFC 4787 §4.1).'),
    filtering: z.enum(DEPENDENCIES).describe('What a packet from outside has to match to get in (RFC 4787 §5).'),
    ports: z
      .enum(PORT_ASSIGNMENT_KINDS)
      .describe(
        'How the public port of a mapping is chosen (RFC 4787 §4.2). Default: preserved, or random if mapping is not endpoint-independent.',
      )
      .optional(),
    'port-step': z.int().min(-1024).max(1024).describe('What sequential ports differ by. Default: 1.').optional(),
    'block-size': z
      .int()
      .min(16)
      .max(32_768)
      .describe('How many ports a host has, if ports is block. Default: 1024.')
      .optional(),
    lifetime: quantity(TIME_SPAN, 'How long a mapping without packets lives (RFC 4787 §4.3). Default: 2m.').optional(),
    hairpin: z
      .boolean()
      .describe('Whether hosts inside reach each other by public endpoints (RFC 4787 §6). Default: false.')
      .optional(),
    pool: z.int().min(1).max(16).describe('How many public addresses there are. Default: 1.').optional(),
    pooling: z
      .enum(POOLING)
      .describe('Whether a host keeps its address of the pool (RFC 4787 §4.1). Default: paired.')
      .optional(),
    translation: z
      .enum(TRANSLATION)
      .describe('Whether ports are translated as well (RFC 2663 §4.1). Default: napt.')
      .optional(),
    'inbound-first': z
      .boolean()
      .describe(
        "Whether a packet that comes too early makes the host's next packet to its sender leave from another port. Default: false.",
      )
      .optional(),
    behind: readAs(oneAccessNamed, {
      description: 'The NAT of the carrier that this one is behind, such as port-restricted.',
      examples: ['port-restricted'],
    }).optional(),
    ipv6: z.enum(IPV6_ACCESS_NAMES).describe('What is done with IPv6. Default: there is none.').optional(),
  },
  "A NAT of one's own, in the words of RFC 4787.",
).meta({ id: 'profile' });

/** One access. */
export const accessSchema = z
  .union([
    readAs(oneAccessNamed, {
      description: 'The name of an access.',
      examples: ['full-cone', 'symmetric+ipv6-firewall'],
      anyOf: names(ACCESS_NAMES),
    }),
    profileSchema,
  ])
  .meta({ id: 'access', description: "The name of an access, or a NAT of one's own." });

const namesSchema = readAs(accessesNamed, {
  description: `The name of an access, or of a set: ${SET_NAMES.join(', ')}.`,
  examples: ['symmetric', 'classic'],
  anyOf: names([...SET_NAMES, ...ACCESS_NAMES]),
});

const accessesSchema = z
  .union([namesSchema, profileSchema])
  .meta({ id: 'accesses', description: "The name of an access or of a set of them, or a NAT of one's own." });

const LIST_MAX = 64;

/** A name in place of a list of one. */
const oneOfNames = namesSchema.transform((accesses) => [accesses]);

const listSchema = (description: string) =>
  z.union([oneOfNames, z.array(accessesSchema).min(1).max(LIST_MAX)]).describe(description);

/** The value of `nats`. */
export const natsSchema = z
  .union([
    oneOfNames,
    z.array(accessesSchema).min(1).max(LIST_MAX),
    mapping(
      { rows: listSchema('What side a is behind.'), columns: listSchema('What side b is behind.') },
      'Rows and columns apart.',
    ),
  ])
  .describe(
    'What the two sides are behind: one list for rows and columns, or one for each. Default: the four classic NATs.',
  );

export type ProfileInput = z.output<typeof profileSchema>;
export type AccessInput = z.output<typeof accessSchema>;
export type NatsInput = z.output<typeof natsSchema>;
export type AccessesInput = z.output<typeof accessesSchema>;
