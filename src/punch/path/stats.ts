/** What has gone over a path and how it is doing now, as plain data, in the spirit of WebRTC's RTCIceCandidatePairStats. */
import type { Candidate } from '../../ice/candidates/candidate.ts';
import type { PairReport } from '../../ice/checklist/pair.ts';
import { endpointsInUse } from '../attempt/outcome/endpoints-in-use.ts';
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
    pair: pair ? pairOf(pair) : null,
    pairSelectedAt: selected?.at ?? null,
    pairSwitches: record.pairSwitches,
    openedAt: record.openedAt,
  };
}

function pairOf(pair: PairReport): NonNullable<PathStats['pair']> {
  const { local } = endpointsInUse(pair);
  return { local: { ...endpointOf(pair.local), bound: local && { ...local } }, remote: endpointOf(pair.remote) };
}

function endpointOf({ type, endpoint }: Candidate): PathEndpoint {
  return { type, endpoint: { ...endpoint } };
}
