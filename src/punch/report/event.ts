/** What happens while a punch goes on, told as it happens. */
import type { PunchPlan } from '../attempt/plan.ts';
import type { PunchStep } from './report.ts';

export type PunchEvent =
  /** One of the seven steps, each once. */
  | { readonly kind: 'step'; readonly step: PunchStep }
  /** What is expected of the pair, before the first packet goes to the peer. */
  | { readonly kind: 'plan'; readonly plan: PunchPlan }
  /** One line about what is out of the ordinary, and what is done about it. */
  | { readonly kind: 'notice'; readonly text: string };
