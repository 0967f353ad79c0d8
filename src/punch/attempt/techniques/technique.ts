/** The contract of the techniques that work beside an ICE agent where its checks alone are not enough. Sans-IO. */
import type { Endpoint } from '../../../endpoint.ts';
import type { IceAgent } from '../../../ice/agent.ts';
import type { IceCredentials } from '../../../ice/credentials.ts';
import type { IceEvent } from '../../../ice/event.ts';
import type { Arrival, Transmit } from '../../../session.ts';
import type { RetransmissionSchedule } from '../../../stun/transaction.ts';
import type { PathRequest } from '../path-session.ts';
import type { PortAssignment } from './choose-technique.ts';

/**
 * The schedule of the Binding that shows which port the NAT assigns to a fresh socket. It resends sooner than RFC 8489 §6.2.1
 * says, since every mapping that the NAT makes meanwhile spoils the prediction; it never gives up, and a late response counts.
 */
export const SAMPLE_SCHEDULE: RetransmissionSchedule = {
  rtoMs: 100,
  factor: 2,
  sends: 5,
  lastWaitMs: Number.POSITIVE_INFINITY,
};

export type TechniqueOutput = Transmit | PathRequest;

export interface Technique {
  /** Does what is due, and returns when something is due next. */
  readonly advance: (now: number) => number;
  readonly handleOpened: (now: number, socket: string, local: Endpoint | null) => void;
  /** Takes the ports that the peer's technique told. */
  readonly handlePorts: (ports: readonly number[]) => void;
  /** Takes word that the server sees the peer at another port now. */
  readonly handleMoved?: (now: number, peer: Endpoint) => void;
  /** Takes another address from which the peer's packets may come. */
  readonly handleAddress?: (address: string) => void;
  /** Returns true when the datagram was for the technique, and not for the agent. */
  readonly handleDatagram: (now: number, arrival: Arrival) => boolean;
  readonly handleEvent: (event: IceEvent) => void;
  /** Whether the agent may begin its checks. */
  readonly mayBegin: () => boolean;
  /** Closes the sockets that are no longer needed, and sends nothing more. */
  readonly stop: () => void;
}

/** What every technique works with. */
export interface TechniqueFacts {
  readonly agent: IceAgent;
  /** Where the server sees the peer. */
  readonly peer: Endpoint;
  /** Whether the peer sends from another port than that, which is known once it has been heard. */
  readonly isShown: boolean;
  /** A STUN server, which shows how the local NAT maps. */
  readonly server: Endpoint;
  readonly own: {
    readonly isMoving: boolean;
    readonly allocation: PortAssignment;
    readonly credentials: IceCredentials;
  };
  readonly other: {
    readonly isMoving: boolean;
    /** Whether packets that arrive there early spoil the ports that they come from. */
    readonly isSpoilt?: boolean;
    readonly allocation: PortAssignment;
    readonly credentials: IceCredentials;
  };
  readonly startAt: number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Returns a uniform random integer from 0 to `below - 1`. */
  readonly randomInteger: (below: number) => number;
  readonly emit: (output: TechniqueOutput) => void;
}
