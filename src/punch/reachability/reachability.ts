/**
 * Where this side can be reached: at its own socket, as the server sees it or its router maps it, and at a relay. In the
 * mode `relay-only` there is no socket but the relay's, and nothing that is told here says where this host is.
 */
import { randomBytes } from 'node:crypto';
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { hiddenRelated } from '../../ice/candidates/candidate.ts';
import { pause } from '../../net/pause.ts';
import { type SharedSocket, shareSocket } from '../../net/shared-socket.ts';
import type { RelaySocket } from '../../net/turn/relay-socket.ts';
import type { UdpSocket } from '../../net/udp-socket.ts';
import type { BindResult } from '../../rendezvous/introduction/output.ts';
import type { TicketBindingOptions } from '../../rendezvous/ticket-binding.ts';
import type { Arrival } from '../../session.ts';
import { type CandidateAgent, candidateAgent, PUNCH_SOCKET, RELAY_SOCKET } from '../attempt/candidate-agent.ts';
import type { PathMode } from '../options.ts';
import type { MappedPort } from './mapped-port.ts';
import type { RelayResult } from './relay.ts';
import { bindTicket } from './socket.ts';
import type { TurnServerChoice } from './turn-choice.ts';

/** A socket that the server has not answered by then is bound through the relay as well. */
const UDP_PATIENCE_MS = 1_000;

export interface Reachability extends AsyncDisposable {
  /** Begins to look for a relay; once. */
  readonly seekRelay: (servers: readonly TurnServerChoice[]) => void;
  /** Resolves when there is a relay, or will be none, or when that takes too long to wait for. */
  readonly relayed: (patienceMs: number) => Promise<RelaySocket | null>;
  /** Binds a socket to the session of the ticket. @throws the signal's reason when aborted. */
  readonly bind: (
    by: {
      readonly ticket: { readonly username: string; readonly password: string };
      /** The server's other UDP port, at which it takes tickets through its own relay. */
      readonly altPort: number;
    },
    signal: AbortSignal,
  ) => Promise<BindResult>;
  /** Calls back when the relay is lost, until the registration is disposed of. */
  readonly onRelayLost: (receive: () => void) => Disposable;
  /** Whether the server is reached over this side's own socket: only then is anything direct to be hoped for. */
  readonly isDirect: () => boolean;
  /** What can be told now, once the server has seen `own`. */
  readonly agentOf: (own: Endpoint) => CandidateAgent;
  /** The sockets for one attempt, which gets what it `owns`; they are its to dispose of. */
  readonly share: (owns: (arrival: Arrival) => boolean) => Readonly<Record<string, UdpSocket>>;
}

/** The socket and its mapped port stay the caller's; the relay is the reachability's. */
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
  const shared: { direct: SharedSocket | null; relay: SharedSocket | null } = {
    direct: socket && shareSocket(socket),
    relay: null,
  };
  const relayUsers = new Set<() => void>();
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
    shared.relay = shareSocket(relay);
    relay.onLost(({ reason }) => {
      // Nobody is told of it any more.
      shared.relay = null;
      for (const lost of relayUsers) lost();
      onNotice(`the relay is lost: ${reason}`);
    });
    return relay;
  };
  const bindBy = async (
    shared: SharedSocket,
    to: Endpoint,
    { ticket, signal }: { readonly ticket: TicketBindingOptions['ticket']; readonly signal: AbortSignal },
  ): Promise<BindResult> => {
    await using one = shared.share((_bytes, from) => sameEndpoint(from, to));
    return await bindTicket(one, { server: to, ticket, signal });
  };
  const viaRelay: Reachability['bind'] = async ({ ticket, altPort }, signal) => {
    await seeking;
    const found = shared.relay;
    if (!found) return { outcome: 'no-relay', details };
    return bindBy(found, { ...server, port: altPort }, { ticket, signal });
  };
  /** By the socket itself, and through the relay too when that stays silent; the first that is bound. */
  const race = async (direct: SharedSocket, ...[by, signal]: Parameters<Reachability['bind']>): Promise<BindResult> => {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const bound = (one: BindResult, isItself: boolean): BindResult => {
      if (one.outcome !== 'bound') throw one;
      isDirect = isItself;
      return one;
    };
    const itself = bindBy(direct, server, { ticket: by.ticket, signal: either }).then((one) => bound(one, true));
    const relayed = pause(UDP_PATIENCE_MS, either)
      .then(() => viaRelay(by, either))
      .then((one) => bound(one, false));
    relayed.catch(() => {});
    try {
      return await Promise.any([itself, relayed]);
    } catch {
      signal.throwIfAborted();
      return await itself.catch((failure: BindResult) => failure);
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
    bind: (by, signal) => {
      const { direct } = shared;
      if (!direct || isDirect === false) return viaRelay(by, signal);
      if (isDirect === null) return race(direct, by, signal);
      return bindBy(direct, server, { ticket: by.ticket, signal });
    },
    onRelayLost: (receive) => {
      relayUsers.add(receive);
      return { [Symbol.dispose]: () => void relayUsers.delete(receive) };
    },
    isDirect: () => isDirect === true,
    agentOf: (own) =>
      candidateAgent({
        direct: socket && isDirect ? { local: socket.local, seen: own, server: server.address } : null,
        mapped: mappedPort?.toward(own) ?? null,
        relay: relay &&
          shared.relay && {
            relayed: relay.relayed,
            mapped: mode === 'relay-only' ? hiddenRelated(relay.relayed) : relay.mapped,
          },
        randomBytes,
      }),
    share: (owns) => {
      const by = { [PUNCH_SOCKET]: shared.direct, [RELAY_SOCKET]: shared.relay };
      const all = Object.entries(by).flatMap(([name, one]) =>
        one ? [[name, one.share((bytes, from) => owns({ socket: name, from, bytes }))] as const] : [],
      );
      return Object.fromEntries(all);
    },
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await seeking?.catch(() => {});
      await relay?.[Symbol.asyncDispose]();
    },
  };
}
