/** The keys of `expect`. */
import { z } from 'zod';
import { mapping } from './field.ts';

const OUTCOMES = ['direct', 'relayed', 'any-path', 'none', 'anything'] as const;

const arithmeticSchema = mapping(
  { relay: z.boolean().describe('Whether the program has a relay for pairs that cannot meet directly.') },
  'As arithmetic has it, for a program with a relay or without.',
);

const otherwise = z.union([z.enum(['arithmetic', ...OUTCOMES]), arithmeticSchema]);

export const expectSchema = z
  .union([
    z
      .enum(['arithmetic', ...OUTCOMES])
      .describe('The same for every pair, or what arithmetic says of a program without a relay.'),
    mapping(
      {
        relay: arithmeticSchema.shape.relay.optional(),
        table: z
          .record(z.string(), z.enum(OUTCOMES).describe('What the routers should see.'))
          .describe('By pair, as "full-cone × symmetric": what side a is behind, then side b; × or x.')
          .optional(),
        otherwise: otherwise.describe('For pairs that are not in the table. Default: arithmetic.').optional(),
      },
      'Either relay alone, or a table and what holds otherwise.',
    ).meta({ oneOf: [{ required: ['table'] }, { required: ['relay'] }] }),
  ])
  .describe('What the routers should have seen of each pair. Default: arithmetic.');

export type ExpectInput = z.output<typeof expectSchema>;
