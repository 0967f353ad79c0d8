/** The state of a room on real sockets. Only the functions of this folder change it. */
import type { OwnBehavior } from '../../detect/own-behavior.ts';
import type { ToldServers } from '../../detect/servers.ts';
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
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import type { CandidateAgent } from '../attempt/candidates/candidate-agent.ts';
import type { Reachability } from '../reachability/reachability.ts';
import type { TurnServerChoice } from '../reachability/turn-choice.ts';
import type { Connection } from './connection.ts';
import type { Mailbox } from './mailbox.ts';

/** What the peer was told about this side, and the agent that has those candidates. */
export interface ToldAgent extends Told {
  readonly agentOf: CandidateAgent;
}

export type Met =
  | {
      readonly kind: 'introduced';
      readonly introduction: Introduction;
      /** When the introduction came, by the driver's clock. */
      readonly at: number;
      readonly told: ToldAgent;
      /** What is heard of the peer from then on. */
      readonly news: Mailbox<PeerNews>;
    }
  | { readonly kind: 'failed'; readonly reason: IntroductionFailure; readonly detail: string | null };

export interface RoomWiring extends IntroductionsOptions {
  /** Creates the connection to the rendezvous, which ends everything that it has begun when the signal aborts. */
  readonly connection: (signal: AbortSignal) => Connection;
  readonly reachability: Reachability;
  /** TURN servers in addition to those that the rendezvous names. */
  readonly turn: readonly TurnServerChoice[];
  /** The behaviour of this side's NAT, which is awaited before each ask; null when it is not detected. */
  readonly behavior: Pick<OwnBehavior, 'find' | 'doubt' | 'onChanged'> | null;
  /** Called with what the server tells of its other port and of other STUN servers. */
  readonly onStun?: (told: ToldServers) => void;
  /** Called with the public endpoint whenever it is a new one. */
  readonly onPublic: (own: Endpoint) => void;
  /** Called with the id of a peer that asks for this one and is not wanted yet. */
  readonly onIncoming?: (peer: string) => void;
  /** Called with the id of each peer that is or comes in the room. */
  readonly onPresent?: (peer: string) => void;
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
  /** The news about each peer that was introduced. */
  readonly news: Map<string, Mailbox<PeerNews>>;
  /** Rejects with what the work for the machine throws. */
  readonly failed: PromiseWithResolvers<never>;
  /** Why nobody can be met in the room any more. */
  over: Extract<Met, { readonly kind: 'failed' }> | null;
  readonly isOver: PromiseWithResolvers<Extract<Met, { readonly kind: 'failed' }>>;
  /** Aborted when the current binding is stopped. */
  binding: AbortController;
  /** Aborted when the current binding of the second socket is stopped. */
  secondBinding: AbortController;
}
