/** Says more about a peer that was not met, where whoever failed says nothing more by itself. */
import type { PunchFailure } from './report.ts';

/** What each reason means for a server, and what may be wrong. */
export const NOT_MET: Readonly<Partial<Record<PunchFailure, (server: string) => string>>> = {
  'unknown-host': (server) => `no address is known for ${server}: is the name right?`,
  'dns-silent': (server) => `no name server has said where ${server} is: is this host connected to a network?`,
  'udp-silent': (server) =>
    `the rendezvous is reached, but ${server} has not answered over UDP: UDP is blocked on the way, or that port is not open; a relay over TCP would help (natcheck serve --relay, or --turn)`,
  'no-relay': () => 'the rendezvous names no TURN server (natcheck serve --relay), and --turn names none either',
};

/** Returns null for a reason of which nothing more is known. */
export function explainNotMet(reason: PunchFailure, server: string): string | null {
  return NOT_MET[reason]?.(server) ?? null;
}
