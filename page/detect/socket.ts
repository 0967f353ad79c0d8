/** A UDP socket of the browser, as far as a page can have one: an ICE agent that checks the server's endpoints. */

import type { Endpoint } from '../../src/endpoint.ts';
import type { IceCredentials } from '../../src/ice/credentials.ts';

export interface PageSocket {
  readonly credentials: IceCredentials;
  /** Begins to check these endpoints, which are of one agent; no answer to a check is needed for the next. */
  readonly check: (peer: IceCredentials, endpoints: readonly Endpoint[]) => Promise<void>;
  /** Resolves when the browser knows of all of its candidates. */
  readonly gathered: Promise<void>;
  /** The local ports of its candidates over UDP. */
  readonly ports: () => readonly number[];
  /**
   * Resolves once a check is answered: whether the reflexive endpoint in that answer is the socket's own. An agent that learns an
   * endpoint which is none of its candidates makes a peer-reflexive candidate of it (RFC 8445 §7.2.5.3.1).
   */
  readonly isOwn: Promise<boolean | null>;
  readonly close: () => void;
}

/** @throws Error where the browser has no WebRTC, or forbids it. */
export async function openSocket(): Promise<PageSocket> {
  const connection = new RTCPeerConnection();
  connection.createDataChannel('natcheck');
  const ports = new Set<number>();
  const gathered = Promise.withResolvers<void>();
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (!candidate?.candidate) gathered.resolve();
    else if (candidate.protocol === 'udp' && candidate.port !== null) ports.add(candidate.port);
  });
  const isOwn = ownOf(connection);
  const { sdp = '' } = await connection.createOffer();
  await connection.setLocalDescription({ type: 'offer', sdp });
  const field = (name: string): string => new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp)?.[1] ?? '';
  const mid = field('mid');
  return {
    credentials: { ufrag: field('ice-ufrag'), pwd: field('ice-pwd') },
    check: async (peer, endpoints) => {
      await connection.setRemoteDescription({ type: 'answer', sdp: answerOf(peer, mid) });
      for (const endpoint of endpoints) {
        await connection.addIceCandidate({ candidate: candidateOf(endpoint), sdpMid: mid });
      }
    },
    gathered: gathered.promise,
    ports: () => [...ports],
    isOwn,
    close: () => connection.close(),
  };
}

/** How long after the first answer its pair may take to be in the statistics, of which a browser keeps a copy for a while. */
const STATISTICS_TRIES = 20;
const STATISTICS_GAP_MS = 60;

function ownOf(connection: RTCPeerConnection): Promise<boolean | null> {
  return new Promise((resolve) => {
    connection.addEventListener('iceconnectionstatechange', () => {
      const { iceConnectionState: state } = connection;
      if (state === 'connected' || state === 'completed') void judgeSoon(connection).then(resolve);
      else if (state === 'failed' || state === 'closed') resolve(null);
    });
  });
}

async function judgeSoon(connection: RTCPeerConnection): Promise<boolean | null> {
  for (let tries = 0; tries < STATISTICS_TRIES; tries++) {
    const isOwn = judge(await connection.getStats());
    if (isOwn !== null) return isOwn;
    await new Promise((resolve) => setTimeout(resolve, STATISTICS_GAP_MS));
  }
  return null;
}

/** The candidate that has turned out to be the local end of a pair whose check was answered. */
function judge(stats: RTCStatsReport): boolean | null {
  const all = [...stats.values()];
  const pair = all.find(({ type, state }) => type === 'candidate-pair' && state === 'succeeded');
  const local = all.find(({ id }) => id === pair?.localCandidateId);
  return local ? local.candidateType === 'host' : null;
}

/** Says that the peer is an ICE agent with these credentials (RFC 8839 §5.4). Nothing is ever sent over the data channel. */
function answerOf({ ufrag, pwd }: IceCredentials, mid: string): string {
  const lines = [
    ...['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 't=0 0', `a=group:BUNDLE ${mid}`],
    ...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', `a=mid:${mid}`],
    ...[`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, 'a=setup:passive', 'a=sctp-port:5000'],
    // A fingerprint has to be there; no handshake ever ends with it.
    `a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** RFC 8839 §5.1: a host candidate, with the priority of RFC 8445 §5.1.2.2. */
function candidateOf({ address, port }: Endpoint): string {
  return `candidate:1 1 udp 2130706431 ${address} ${port} typ host`;
}
