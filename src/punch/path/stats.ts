/** What has gone over a path and how it goes now, as plain data: in the spirit of WebRTC's RTCIceCandidatePairStats. */
import type { Endpoint } from '../../endpoint.ts';
import type { Candidate, CandidateType } from '../../ice/candidates/candidate.ts';
import type { PathRecord } from './record.ts';

/** One end of a pair. */
export interface PathEndpoint {
  readonly type: CandidateType;
  readonly endpoint: Endpoint;
}

/** The numbers are of data alone, without the checks. Times are milliseconds of the process's monotonic clock (`performance`). */
export interface PathStats {
  /** What `send` has taken. */
  readonly datagramsSent: number;
  readonly bytesSent: number;
  /** What has come from the peer, read or not: of what comes before there is a receiver, 64 datagrams are kept. */
  readonly datagramsReceived: number;
  readonly bytesReceived: number;
  /** Those of `datagramsSent` that the system, or the relay, refused afterwards. */
  readonly sendFailures: number;
  /** The round trip that was measured last, by a check or a consent check; null while no pair is selected. */
  readonly rttMs: number | null;
  /** The selected pair, or the last one when the path is over; null before the path is open. */
  readonly pair: { readonly local: PathEndpoint; readonly remote: PathEndpoint } | null;
  /** Since when that pair is selected; null before the path is open. */
  readonly pairSelectedAt: number | null;
  /** How often another pair has taken its place. */
  readonly pairSwitches: number;
  /** Since when the path is open; null before. */
  readonly openedAt: number | null;
}

export function statsOf({ session, selected, sent, received, ...record }: PathRecord): PathStats {
  const current = record.end ? null : session.selected();
  const pair = current ?? selected?.pair;
  return {
    datagramsSent: sent.datagrams,
    bytesSent: sent.bytes,
    datagramsReceived: received.datagrams,
    bytesReceived: received.bytes,
    sendFailures: record.sendFailures,
    rttMs: current?.rttMs ?? null,
    pair: pair ? { local: endpointOf(pair.local), remote: endpointOf(pair.remote) } : null,
    pairSelectedAt: selected?.at ?? null,
    pairSwitches: record.pairSwitches,
    openedAt: record.openedAt,
  };
}

function endpointOf({ type, endpoint }: Candidate): PathEndpoint {
  return { type, endpoint: { ...endpoint } };
}
