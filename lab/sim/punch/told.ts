/** What a simulated peer tells another of itself, and is introduced with. */
import type { CandidateAgent } from '../../../src/punch/attempt/candidate-agent.ts';
import type { IntroductionOutput } from '../../../src/rendezvous/introduction/output.ts';
import type { Told } from '../../../src/rendezvous/introduction/state.ts';

/** What a peer was told, and the agent that has those candidates. */
export interface SimTold extends Told {
  readonly agentOf: CandidateAgent;
}

export type SimIntroduced = Extract<IntroductionOutput<SimTold>, { readonly kind: 'introduced' }>;
