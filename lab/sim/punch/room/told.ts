/** What a simulated peer tells another about itself, and what it is introduced with. */
import type { CandidateAgent } from '../../../../src/punch/attempt/candidates/candidate-agent.ts';
import type { IntroductionOutput } from '../../../../src/rendezvous/introduction/output.ts';
import type { Told } from '../../../../src/rendezvous/introduction/state.ts';

/** What a peer was told about this side, and the agent that has those candidates. */
export interface SimTold extends Told {
  readonly agentOf: CandidateAgent;
}

export type SimIntroduced = Extract<IntroductionOutput<SimTold>, { readonly kind: 'introduced' }>;

/** Why a peer was not introduced. */
export type NotIntroduced = Pick<
  Extract<IntroductionOutput<SimTold>, { readonly kind: 'not-introduced' }>,
  'reason' | 'detail'
>;
