/** What two peers tell each other over the rendezvous after the introduction, as JSON in its opaque signals. */
import { z } from 'zod';
import { candidates } from '../../rendezvous/protocol/fields.ts';
import { PREDICTED_PORTS } from './techniques/choose-technique.ts';

/** How many candidates one signal may tell: a socket and what a server sees of it, a mapped port, a relay, in both families. */
const LATE_CANDIDATES_MAX = 8;

const port = z.int().min(1).max(0xffff);

const peerSignal = z.discriminatedUnion('type', [
  /** The ports at which the sender can be met, in order. An empty list says that the sender has opened toward the ports it was told. */
  z.object({ type: z.literal('ports'), ports: z.array(port).max(PREDICTED_PORTS) }),
  /** The port at which the server sees the sender's first socket now, since it is not the one of the introduction any more. */
  z.object({ type: z.literal('moved'), port }),
  /** Candidates of the sender, as SDP lines, that it did not have yet when it asked for the introduction. */
  z.object({ type: z.literal('candidates'), candidates: candidates.max(LATE_CANDIDATES_MAX) }),
  /** Another public address of the sender's NAT, from which its packets may come. */
  z.object({ type: z.literal('address'), address: z.union([z.ipv4(), z.ipv6()]) }),
]);
export type PeerSignal = Readonly<z.infer<typeof peerSignal>>;

export function formatPeerSignal(signal: PeerSignal): string {
  return JSON.stringify(signal);
}

/** Returns null for anything else, which a later version or another application may have sent. */
export function parsePeerSignal(data: string): PeerSignal | null {
  try {
    const parsed = peerSignal.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
