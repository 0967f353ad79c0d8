/** What a room on real sockets consists of. Changed by the functions of this folder only. */
import type { Endpoint } from '../../endpoint.ts';
import type { RunningMachine } from '../../net/machine.ts';
import type { IntroductionsOptions } from '../../rendezvous/introduction/introductions.ts';
import type {
  IntroductionFailure,
  IntroductionInput,
  IntroductionOutput,
  PeerNews,
} from '../../rendezvous/introduction/output.ts';
import type { Told } from '../../rendezvous/introduction/state.ts';
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import type { CandidateAgent } from '../attempt/candidate-agent.ts';
import type { Reachability } from '../reachability/reachability.ts';
import type { TurnServerChoice } from '../reachability/turn-choice.ts';
import type { Connection, ConnectionOptions } from './connection.ts';
import type { Mailbox } from './mailbox.ts';

/** What the peer was told of this side, and the agent that has those candidates. */
export interface ToldAgent extends Told {
  readonly agentOf: CandidateAgent;
}

export type Met =
  | {
      readonly kind: 'introduced';
      readonly introduction: Introduction;
      /** When it came, by the driver's clock. */
      readonly at: number;
      readonly told: ToldAgent;
      /** What is heard of the peer from then on. */
      readonly news: Mailbox<PeerNews>;
    }
  | { readonly kind: 'failed'; readonly reason: IntroductionFailure; readonly detail: string | null };

export interface RoomWiring extends IntroductionsOptions {
  readonly connection: ConnectionOptions;
  readonly reachability: Reachability;
  /** TURN servers beside those that the rendezvous tells of. */
  readonly turn: readonly TurnServerChoice[];
  /** What this side's NAT does, once it is known, waited for before the first ask; null when it is not looked at. */
  readonly behavior: Promise<ToldBehavior> | null;
  /** Called with the public endpoint, each time that it is a new one. */
  readonly onPublic: (own: Endpoint) => void;
  /** Called with the id of a peer that asks for this one and is not wanted yet. */
  readonly onIncoming?: (peer: string) => void;
  readonly onNotice: (text: string) => void;
}

export type RoomInput = IntroductionInput<ToldAgent>;
export type RoomOutput = IntroductionOutput<ToldAgent>;

export interface State {
  readonly options: RoomWiring;
  /** Aborted when the room is left. */
  readonly left: AbortController;
  readonly connection: Connection;
  readonly machine: RunningMachine<RoomInput>;
  /** Who waits for the introduction to each peer. */
  readonly waiting: Map<string, (met: Met) => void>;
  /** What is heard of each peer that was introduced. */
  readonly news: Map<string, Mailbox<PeerNews>>;
  /** Rejects with what the work for the machine has thrown. */
  readonly failed: PromiseWithResolvers<never>;
  /** Why nobody can be met in the room any more. */
  over: Extract<Met, { readonly kind: 'failed' }> | null;
  /** Aborted when the binding that is under way is left off. */
  binding: AbortController;
}
