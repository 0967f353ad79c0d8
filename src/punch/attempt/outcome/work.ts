/** What a technique has done beside the agent's checks, kept as evidence of whether a path is its work. */
import { type Endpoint, formatEndpoint } from '../../../endpoint.ts';
import type { PairReport } from '../../../ice/checklist/pair.ts';

/** Strangers decide how many probes seem to come: both sides of a birthday send less than a third of this. */
const MAX_PROBED = 8_192;

export interface TechniqueWork {
  /** The sockets that the technique has asked for. */
  readonly opened: Set<string>;
  /** The sockets and the endpoints between which a probe has gone, in either direction. */
  readonly probed: Set<string>;
  /** The ports that the peer was told it can reach this side at. */
  readonly told: Set<number>;
  /** The ports that the peer has told in the same way. */
  readonly heard: Set<number>;
}

export function createWork(): TechniqueWork {
  return { opened: new Set(), probed: new Set(), told: new Set(), heard: new Set() };
}

/** Notes a probe that has gone from the socket to the endpoint, or has come to it from there. */
export function noteProbe({ probed }: TechniqueWork, socket: string, endpoint: Endpoint): void {
  if (probed.size < MAX_PROBED) probed.add(wayOf(socket, endpoint));
}

/**
 * Whether the technique has made the pair possible: one of its own sockets has met the peer, or a probe has gone over the very
 * pair, or one end is at a port that was told. A pair of which none is true was opened by the plain checks alone.
 */
export function hasMade(
  { opened, probed, told, heard }: TechniqueWork,
  { socket, local, remote }: PairReport,
): boolean {
  if (opened.has(socket)) return true;
  if (probed.has(wayOf(socket, remote.endpoint))) return true;
  return told.has(local.endpoint.port) || heard.has(remote.endpoint.port);
}

function wayOf(socket: string, endpoint: Endpoint): string {
  return `${socket} ${formatEndpoint(endpoint)}`;
}
