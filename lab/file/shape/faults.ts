/** The keys of `faults` and `link`. */
import { z } from 'zod';
import { DELAY, PERCENTAGE, RATE } from '../text/quantity.ts';
import { mapping, quantity } from './field.ts';
import { sideName } from './side-name.ts';
import { when } from './when.ts';

const ACTIONS = ['loss', 'forget', 'renumber', 'reboot', 'cut', 'restore', 'kill', 'start'] as const;

const faultSchema = mapping(
  {
    after: when('When: a time after the start of the pair, or a line of output.'),
    loss: quantity(
      PERCENTAGE,
      'How many of the UDP packets of a side are lost, each way: from 0%, which ends it, to 50%. Needs side.',
    ).optional(),
    side: sideName('The side whose packets are lost.').optional(),
    forget: sideName('The side whose router forgets all mappings.').optional(),
    renumber: sideName('The side whose router gets another public address, and forgets all mappings.').optional(),
    reboot: sideName(
      'The side whose router reboots: it passes nothing for a second, and has forgotten everything.',
    ).optional(),
    cut: sideName('The side whose link is cut.').optional(),
    restore: sideName('The side whose link works again.').optional(),
    kill: z.string().describe('The helper that is killed.').optional(),
    start: z.string().describe('The helper that is started again.').optional(),
  },
  'One fault.',
).meta({
  oneOf: ACTIONS.map((action) => ({ required: [action] })),
  dependentRequired: { loss: ['side'], side: ['loss'] },
});

export const faultsSchema = z.array(faultSchema).max(32).describe('What goes wrong in every pair.');

export const linkSchema = mapping(
  {
    latency: quantity(DELAY, 'How long each packet takes. Default: 0ms.').optional(),
    jitter: quantity(
      DELAY,
      'How much more or less than the latency, at random; at most as much. Default: 0ms.',
    ).optional(),
    rate: quantity(RATE, 'How much passes in a second. Default: as much as the machine can.').optional(),
    loss: quantity(PERCENTAGE, 'How many packets are lost. Default: 0%.').optional(),
  },
  "What every side's link to the public network does to packets, each way.",
);

export type FaultInput = z.output<typeof faultSchema>;
export type LinkInput = z.output<typeof linkSchema>;
