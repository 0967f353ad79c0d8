/**
 * Where this side can be reached: at its own socket, as the server sees it or its router maps it, and at a relay. In the
 * mode `relay-only` there is no socket but the relay's, and nothing that is told here says where this host is.
 */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../endpoint.ts';
import { hiddenRelated } from '../ice/candidates/candidate.ts';
import { pause } from '../net/pause.ts';
import type { RelaySocket } from '../net/turn/relay-socket.ts';
import type { UdpSocket } from '../net/udp-socket.ts';
import type { TicketBindingResult } from '../rendezvous/ticket-binding.ts';
import { type CandidateAgent, candidateAgent, PUNCH_SOCKET, RELAY_SOCKET } from './attempt/candidate-agent.ts';
import type { MappedPort } from './mapped-port.ts';
import type { RelayResult } from './relay.ts';
import { bindTicket } from './socket.ts';
import type { TurnServerChoice } from './turn-choice.ts';

/** What is used of the two. */
export type PathMode = 'any' | 'direct-only' | 'relay-only';

/** An own socket that the server has not answered by then is shown through the relay as well. */
const UDP_PATIENCE_MS = 1_000;

export type Shown = TicketBindingResult | { readonly outcome: 'no-relay'; readonly details: readonly string[] };

export interface Reachability extends AsyncDisposable {
  /** Begins to look for a relay; once. */
  readonly seekRelay: (servers: readonly TurnServerChoice[]) => void;
  /** Resolves when there is a relay, or will be none, or when that takes too long to wait for. */
  readonly relayed: (patienceMs: number) => Promise<RelaySocket | null>;
  /** Shows a socket to the server. @throws the signal's reason when aborted. */
  readonly show: (
    shown: {
      readonly ticket: { readonly username: string; readonly password: string };
      /** The server's other UDP port, which is shown what comes through its own relay. */
      readonly altPort: number;
    },
    signal: AbortSignal,
  ) => Promise<Shown>;
  /** Whether the server is reached over this side's own socket: only then is anything direct to be hoped for. */
  readonly isDirect: () => boolean;
  /** What can be told now, once the server has seen `own`. */
  readonly agentOf: (own: Endpoint) => CandidateAgent;
  readonly sockets: () => Readonly<Record<string, UdpSocket>>;
}

/** The own socket and its mapped port stay the caller's; the relay is the reachability's. */
export function createReachability(options: {
  /** Null in the mode `relay-only`. */
  readonly socket: UdpSocket | null;
  readonly server: Endpoint;
  readonly mode: PathMode;
  /** Of the socket; none when not given. */
  readonly mappedPort?: Pick<MappedPort, 'toward'> | null;
  readonly openRelay: (servers: readonly TurnServerChoice[], signal: AbortSignal) => Promise<RelayResult>;
  readonly onNotice: (text: string) => void;
}): Reachability {
  const { socket, server, mode, mappedPort = null, openRelay, onNotice } = options;
  const ended = new AbortController();
  let relay: RelaySocket | null = null;
  let details: readonly string[] = [];
  let seeking: Promise<RelaySocket | null> | null = null;
  let isDirect: boolean | null = socket ? null : false;

  const seek = async (servers: readonly TurnServerChoice[]): Promise<RelaySocket | null> => {
    const result = await openRelay(servers, ended.signal);
    if (result.outcome === 'failed') {
      details = result.details;
      if (servers.length > 0) onNotice(`no relay: ${details.join('; ')}`);
      return null;
    }
    relay = result.relay;
    relay.onLost(({ reason }) => onNotice(`the relay is lost: ${reason}`));
    return relay;
  };
  const viaRelay: Reachability['show'] = async ({ ticket, altPort }, signal) => {
    const found = await seeking;
    if (!found) return { outcome: 'no-relay', details };
    return bindTicket(found, { server: { ...server, port: altPort }, ticket, signal });
  };
  /** The own socket, and through the relay too when that stays silent; the first that is bound. */
  const race = async (socket: UdpSocket, ...[shown, signal]: Parameters<Reachability['show']>): Promise<Shown> => {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const bound = (one: Shown, direct: boolean): Shown => {
      if (one.outcome !== 'bound') throw one;
      isDirect = direct;
      return one;
    };
    const direct = bindTicket(socket, { server, ticket: shown.ticket, signal: either }).then((one) => bound(one, true));
    const relayed = pause(UDP_PATIENCE_MS, either)
      .then(() => viaRelay(shown, either))
      .then((one) => bound(one, false));
    relayed.catch(() => {});
    try {
      return await Promise.any([direct, relayed]);
    } catch {
      signal.throwIfAborted();
      return await direct.catch((failure: Shown) => failure);
    } finally {
      over.abort();
    }
  };

  return {
    seekRelay: (servers) => {
      seeking ??= mode === 'direct-only' ? Promise.resolve(null) : seek(servers);
      // Whoever waits for it is told.
      seeking.catch(() => {});
    },
    relayed: async (patienceMs) => {
      const late = new AbortController();
      const patience = pause(patienceMs, late.signal).then(
        () => null,
        () => null,
      );
      try {
        return await Promise.race([seeking ?? null, patience]);
      } finally {
        late.abort();
      }
    },
    show: (shown, signal) => {
      if (!socket || isDirect === false) return viaRelay(shown, signal);
      if (isDirect === null) return race(socket, shown, signal);
      return bindTicket(socket, { server, ticket: shown.ticket, signal });
    },
    isDirect: () => isDirect === true,
    agentOf: (own) =>
      candidateAgent({
        direct: socket && isDirect ? { local: socket.local, seen: own, server: server.address } : null,
        mapped: mappedPort?.toward(own) ?? null,
        relay: relay && {
          relayed: relay.relayed,
          mapped: mode === 'relay-only' ? hiddenRelated(relay.relayed) : relay.mapped,
        },
        randomBytes,
      }),
    sockets: () => ({ ...(socket && { [PUNCH_SOCKET]: socket }), ...(relay && { [RELAY_SOCKET]: relay }) }),
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await seeking?.catch(() => {});
      await relay?.[Symbol.asyncDispose]();
    },
  };
}
