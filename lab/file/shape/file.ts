/** A lab file as it is written. The JSON Schema is made of this as well. */
import { z } from 'zod';
import { natsSchema } from './access.ts';
import { expectSchema } from './expect.ts';
import { faultsSchema, linkSchema } from './faults.ts';
import { mapping } from './field.ts';
import { programSchema } from './program.ts';
import { publicSchema, sidesSchema } from './sides.ts';
import { successSchema } from './success.ts';

/** Pairs that run at once; more than a machine bears is a choice of its own. */
const AT_ONCE_MAX = 64;

export const SCHEMA_NAME = 'natcheck.lab-file/1';

export const fileSchema = mapping(
  {
    $schema: z.string().describe('Where editors find this schema.').optional(),
    schema: z.literal(SCHEMA_NAME).describe('The schema that the file follows.').optional(),
    name: z.string().min(1).max(100).describe("The title of the results. Default: the file's name.").optional(),
    setup: programSchema('A program that runs once, before everything else; it may write to {{shared}}.').optional(),
    sides: sidesSchema,
    public: publicSchema.optional(),
    nats: natsSchema.optional(),
    success: successSchema,
    expect: expectSchema.optional(),
    faults: faultsSchema.optional(),
    link: linkSchema.optional(),
    'pairs-at-once': z
      .int()
      .min(1)
      .max(AT_ONCE_MAX)
      .describe(
        'How many pairs run at once. Default: as many as the machine bears, or one where there are further peers, or helpers that restart.',
      )
      .optional(),
  },
  'A run of natcheck lab run: programs, what they are behind, and what should come of it.',
);

export type FileInput = z.output<typeof fileSchema>;
