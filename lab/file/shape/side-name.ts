/** The letters of the sides. */
import { z } from 'zod';

export const PAIR_SIDES = ['a', 'b'] as const;
export const FURTHER_SIDES = ['c', 'd', 'e', 'f', 'g', 'h'] as const;
export const SIDE_NAMES = [...PAIR_SIDES, ...FURTHER_SIDES] as const;

/** A side, by its letter. */
export const sideName = (description: string) => z.enum(SIDE_NAMES).describe(description);
