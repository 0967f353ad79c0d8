/** What has gone over a path and how it is doing now, as plain data, in the spirit of WebRTC's RTCIceCandidatePairStats. */
import type { Candidate } from '../../ice/candidates/candidate.ts';
import type { PathEndpoint, PathStats } from './path.ts';
import type { PathRecord } from './record.ts';

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
