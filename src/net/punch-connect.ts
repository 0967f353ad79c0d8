/** Steps 5 to 7: both sides check each other's candidates from the instant that the rendezvous has set. */
import ipaddr from 'ipaddr.js';
import type { IceAgent } from '../ice/agent.ts';
import type { Candidate } from '../ice/candidate.ts';
import type { IceEvent } from '../ice/event.ts';
import { parseCandidate } from '../ice/sdp.ts';
import { iceCredentials } from '../rendezvous/ice-credentials.ts';
import { now } from './driver.ts';
import { type IcePath, startIcePath } from './ice-path.ts';
import type { Introduction } from './introduction.ts';
import { pause } from './pause.ts';
import type { CandidateAgent } from './punch-agent.ts';
import type { UdpSocket } from './udp-socket.ts';

/** RFC 1918, RFC 6598 and RFC 4193, as ipaddr.js names them. */
const PRIVATE_RANGES: ReadonlySet<string> = new Set(['private', 'carrierGradeNat', 'uniqueLocal']);
/** More than the seven steps take on most paths. */
const UNLIKELY_AFTER_MS = 150;

type Connected = Extract<IceEvent, { readonly kind: 'connected' | 'failed' }>;

/**
 * The path is the caller's to dispose of, whatever the result; with it goes the socket.
 * @throws the signal's reason when aborted.
 */
export async function connectPeers(options: {
  readonly introduction: Introduction;
  readonly agentOf: CandidateAgent;
  readonly socket: UdpSocket;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: IceEvent) => void;
}): Promise<{ readonly path: IcePath; readonly agent: IceAgent; readonly result: Connected }> {
  const { introduction, agentOf, socket, signal, onEvent } = options;
  const { key, role, startInMs } = introduction;
  const { promise, resolve, reject } = Promise.withResolvers<Connected>();
  const agent = agentOf.create(introduction);
  const path = startIcePath({
    agent,
    socket,
    onEvent: (event) => {
      onEvent(event);
      if (event.kind === 'connected' || event.kind === 'failed') resolve(event);
    },
  });
  let later: NodeJS.Timeout | undefined;
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const { likely, unlikely } = sortCandidates(introduction);
    for (const candidate of likely) agent.addRemoteCandidate(candidate);
    await pause(startInMs, signal);
    const peerRole = role === 'controlling' ? 'controlled' : 'controlling';
    agent.setRemoteCredentials(now(), iceCredentials(key, peerRole));
    later = setTimeout(() => {
      for (const candidate of unlikely) agent.addRemoteCandidate(candidate);
      agent.endOfRemoteCandidates();
      path.wake();
    }, UNLIKELY_AFTER_MS);
    path.wake();
    return { path, agent, result: await promise };
  } catch (error) {
    await path[Symbol.asyncDispose]();
    throw error;
  } finally {
    clearTimeout(later);
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * A private address of a peer with another public address than our own is one of another network in all likelihood, where
 * its checks can only cost time; it may be reached all the same (a VPN, two uplinks), and comes later.
 */
function sortCandidates({ candidates, endpoint, own }: Introduction): {
  readonly likely: readonly Candidate[];
  readonly unlikely: readonly Candidate[];
} {
  const parsed = candidates.map(parseCandidate).flatMap((one) => (one.kind === 'candidate' ? [one.candidate] : []));
  const isUnlikely = ({ type, endpoint: { address } }: Candidate): boolean =>
    type === 'host' && endpoint.address !== own.address && PRIVATE_RANGES.has(ipaddr.parse(address).range());
  return { likely: parsed.filter((one) => !isUnlikely(one)), unlikely: parsed.filter(isUnlikely) };
}
