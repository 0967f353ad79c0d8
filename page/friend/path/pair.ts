/** What the browser's statistics tell of the path: the packets that have passed, and the candidates of the pair that is in use. */
import { z } from 'zod';
import type { Endpoint } from '../../../src/endpoint.ts';
import { CANDIDATE_TYPES, type CandidateType } from '../../../src/ice/candidates/candidate.ts';
import { endpoint as endpointSchema } from '../../../src/rendezvous/protocol/fields.ts';

/** One end of the pair; the browser may hide the address. */
export interface End {
  readonly type: CandidateType;
  /** `udp`; toward a relay of this side it may be `tcp` or `tls`. */
  readonly protocol: string;
  readonly endpoint: Endpoint | null;
}

export interface SelectedPair {
  readonly local: End;
  readonly remote: End;
  /** Null where the browser does not say it, or says 0: less than its clock tells. */
  readonly rttMs: number | null;
}

export interface PathStats {
  readonly selected: SelectedPair | null;
  /** Where the first packet went, and from where one came; null where none has, or where that is hidden. */
  readonly sentTo: End | null;
  readonly cameFrom: End | null;
}

/** What is used of the statistics; not every browser has all of it (W3C webrtc-stats §6). */
const pairStats = z.object({
  type: z.literal('candidate-pair'),
  id: z.string(),
  state: z.string(),
  localCandidateId: z.string(),
  remoteCandidateId: z.string(),
  nominated: z.boolean().optional(),
  selected: z.boolean().optional(),
  requestsSent: z.number().optional(),
  requestsReceived: z.number().optional(),
  bytesReceived: z.number().optional(),
  currentRoundTripTime: z.number().optional(),
});
type PairStats = z.infer<typeof pairStats>;
const candidateStats = z.object({
  id: z.string(),
  candidateType: z.enum(CANDIDATE_TYPES),
  address: z.string().nullish(),
  port: z.number().nullish(),
  protocol: z.string().optional(),
  relayProtocol: z.string().optional(),
});
const transportStats = z.object({ type: z.literal('transport'), selectedCandidatePairId: z.string() });

/** @param told the endpoints of the friend's relay, as the friend has told them. */
export function readStats(stats: Iterable<unknown>, told: readonly Endpoint[]): PathStats {
  const all = [...stats];
  const pairs = all.flatMap((one) => pairStats.safeParse(one).data ?? []);
  const ends = new Map(all.flatMap((one) => candidateStats.safeParse(one).data ?? []).map((one) => [one.id, one]));
  const endOf = (id: string, relays: readonly Endpoint[] = []): End | null => {
    const found = ends.get(id);
    if (!found) return null;
    const { candidateType, address, port, relayProtocol, protocol = 'udp' } = found;
    // Where the browser hides an address, it gives none, or a name in its place.
    const endpoint = endpointSchema.safeParse({ address, port }).data ?? null;
    // A relay whose packets come before it is told is a peer-reflexive candidate (RFC 8445 §7.3.1.3).
    const isRelay = relays.some((one) => one.address === address && one.port === port);
    return { type: isRelay ? 'relay' : candidateType, protocol: relayProtocol ?? protocol, endpoint };
  };
  const remoteOf = (pair: PairStats | undefined) => (pair ? endOf(pair.remoteCandidateId, told) : null);
  const selected = selectedOf(all, pairs);
  const [local, remote] = [selected ? endOf(selected.localCandidateId) : null, remoteOf(selected)];
  const rttS = selected?.currentRoundTripTime;
  return {
    selected: local && remote ? { local, remote, rttMs: rttS ? rttS * 1000 : null } : null,
    sentTo: remoteOf(pairs.find(hasSent)),
    cameFrom: remoteOf(pairs.find(hasReceived)),
  };
}

/** Chromium names the pair in its transport; Firefox marks it. */
function selectedOf(all: readonly unknown[], pairs: readonly PairStats[]): PairStats | undefined {
  const named = all.flatMap((one) => transportStats.safeParse(one).data ?? [])[0]?.selectedCandidatePairId;
  return pairs.find(({ id }) => id === named) ?? pairs.find(({ selected }) => selected);
}

/** A pair whose checks are not counted was sent to once it is no longer waiting (RFC 8445 §6.1.2.6). */
function hasSent({ requestsSent, state }: PairStats): boolean {
  return requestsSent === undefined ? ['in-progress', 'succeeded', 'failed'].includes(state) : requestsSent > 0;
}

function hasReceived({ requestsReceived = 0, bytesReceived = 0, state }: PairStats): boolean {
  return requestsReceived > 0 || bytesReceived > 0 || state === 'succeeded';
}

export function isRelayed({ local, remote }: Pick<SelectedPair, 'local' | 'remote'>): boolean {
  return local.type === 'relay' || remote.type === 'relay';
}
