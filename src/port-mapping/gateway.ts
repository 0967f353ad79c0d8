/** Whether the default gateway speaks PCP (RFC 6887) or NAT-PMP (RFC 6886), which have one port: one search for both. */
import { type Endpoint, familyOf } from '../endpoint.ts';
import { now, startDriver } from '../net/driver.ts';
import { openUdpSocket } from '../net/udp-socket.ts';
import { createGatewayProbe, GATEWAY_SOCKET, type GatewayAnswer } from './gateway-probe.ts';
import { natPmpRouter } from './nat-pmp/nat-pmp.ts';
import { pcpRouter } from './pcp/pcp.ts';
import { type FindRouter, type Router, wanAddress } from './router.ts';

/** RFC 6887 §19.1, RFC 6886 §3.1. */
export const PORT_CONTROL_PORT = 5351;

interface Place {
  /** The address of this host on the gateway's link. */
  readonly local: string;
  readonly gateway: Endpoint;
}

type Protocol = GatewayAnswer['protocol'];

/**
 * One finder for each protocol that the gateway may speak, for a host at `local`: both share one search, which begins with
 * the first of them. PCP, which is asked first, stands first: where both are spoken, NAT-PMP is for what PCP refuses.
 */
export function gatewayFinders(place: Place): readonly FindRouter[] {
  const protocols: readonly Protocol[] = familyOf(place.local) === 'IPv4' ? ['pcp', 'nat-pmp'] : ['pcp'];
  const found = new Map(protocols.map((one) => [one, Promise.withResolvers<Router | null>()]));
  let search: Promise<void> | null = null;
  const begin = async (signal: AbortSignal): Promise<void> => {
    await probe(place, {
      protocols,
      signal,
      onAnswer: (answer) => found.get(answer.protocol)?.resolve(routerOf(place, answer)),
    });
    for (const { resolve } of found.values()) resolve(null);
  };
  return [...found.values()].map(({ promise }) => async (signal) => {
    search ??= begin(signal);
    return await Promise.race([promise, search.then(() => null)]);
  });
}

/** Asks until every protocol has been answered, or the signal aborts; then nothing is left of it. */
async function probe(
  { local, gateway }: Place,
  {
    protocols,
    signal,
    onAnswer,
  }: {
    readonly protocols: readonly Protocol[];
    readonly signal: AbortSignal;
    readonly onAnswer: (answer: GatewayAnswer) => void;
  },
): Promise<void> {
  const opened = await openUdpSocket({ address: local, port: 0 }).catch(() => null);
  if (!opened) return;
  await using socket = opened;
  const session = createGatewayProbe({ gateway, client: local, protocols, random: Math.random });
  const sockets = { [GATEWAY_SOCKET]: socket };
  const { result } = startDriver({ session, sockets, signal, onOutput: ({ event }) => onAnswer(event) });
  await result.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

function routerOf(place: Place, answer: GatewayAnswer): Router {
  return answer.protocol === 'pcp'
    ? pcpRouter({ ...place, heard: { epochS: answer.epochS, atMs: now() } })
    : natPmpRouter({ ...place, wan: wanAddress(answer.address) });
}
