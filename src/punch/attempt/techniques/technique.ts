/** What goes on beside an ICE agent where a plain punch is not enough: the contract of the hard techniques. Sans-IO. */
import type { Endpoint } from '../../../endpoint.ts';
import type { IceAgent } from '../../../ice/agent.ts';
import type { IceCredentials } from '../../../ice/credentials.ts';
import type { IceEvent } from '../../../ice/event.ts';
import type { Arrival, Transmit } from '../../../session.ts';
import type { RetransmissionSchedule } from '../../../stun/transaction.ts';
import type { PathRequest } from '../path-session.ts';
import type { PortAssignment } from './choose-technique.ts';

/**
 * For the Binding that tells which port the NAT gives a fresh socket. Sooner than RFC 8489 §6.2.1 has it, since whatever the
 * NAT's counter does meanwhile spoils the prediction; it is never given up, and a late response still counts.
 */
export const SAMPLE_SCHEDULE: RetransmissionSchedule = {
  rtoMs: 100,
  factor: 2,
  sends: 5,
  lastWaitMs: Number.POSITIVE_INFINITY,
};

export type TechniqueOutput = Transmit | PathRequest;

export interface Technique {
  /** Does what is due; when the next thing will be. */
  readonly advance: (now: number) => number;
  readonly handleOpened: (now: number, socket: string, local: Endpoint | null) => void;
  /** Takes the ports that the peer's technique told. */
  readonly handlePorts: (ports: readonly number[]) => void;
  /** True when the datagram was for the technique, and not for the agent. */
  readonly handleDatagram: (now: number, arrival: Arrival) => boolean;
  readonly handleEvent: (event: IceEvent) => void;
  /** Whether the agent may begin its checks. */
  readonly mayBegin: () => boolean;
  /** Closes the sockets that are not needed any more, and sends nothing more. */
  readonly stop: () => void;
}

/** What every technique works with. */
export interface TechniqueFacts {
  readonly agent: IceAgent;
  /** Where the server sees the peer. */
  readonly peer: Endpoint;
  /** A STUN server, which tells how the local NAT maps. */
  readonly server: Endpoint;
  readonly own: {
    readonly isMoving: boolean;
    readonly allocation: PortAssignment;
    readonly credentials: IceCredentials;
  };
  readonly other: {
    readonly isMoving: boolean;
    readonly allocation: PortAssignment;
    readonly credentials: IceCredentials;
  };
  readonly startAt: number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Uniform from 0 to `below - 1`. */
  readonly randomInteger: (below: number) => number;
  readonly emit: (output: TechniqueOutput) => void;
}
