/** The state machine of the rendezvous under a test's clock, with peers that only remember what they are told. */
import type { RendezvousInput, RendezvousOutput } from '../../../../server/rendezvous/decisions/input-output.ts';
import { createRendezvous, type RendezvousOptions } from '../../../../server/rendezvous/decisions/rendezvous.ts';
import { createTicketIssuer, createTicketReader } from '../../../../server/stun/ticket/tickets.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { ClientMessageOf } from '../../../../src/rendezvous/protocol/client-message.ts';
import type { ServerMessage, ServerMessageOf } from '../../../../src/rendezvous/protocol/server-message.ts';

export const STUN = { port: 3478, altPort: 3479 };
/** The source of whoever comes from nowhere in particular. */
const SOURCE = '198.51.100.1';
export const BEHAVIOR = { mapping: 'endpoint-independent', filtering: 'address-dependent' } as const;
export const CANDIDATE = '1 1 udp 2130706431 10.0.0.1 5000 typ host';

export interface Peer {
  readonly connection: number;
  /** What it was told and has not taken yet. */
  readonly take: () => readonly ServerMessage[];
  readonly taken: <T extends ServerMessage['type']>(type: T) => ServerMessageOf<T>;
  readonly isOpen: () => boolean;
  /** Code and reason of the close by the server. */
  readonly closed: () => readonly [number, string] | null;
  readonly say: (message: unknown) => readonly ServerMessage[];
  readonly sayText: (text: string | null) => readonly ServerMessage[];
  /** Joins `room` under that id. */
  readonly join: (id: string, more?: Partial<ClientMessageOf<'join'>>) => readonly ServerMessage[];
  readonly ask: (peer: string, more?: object) => readonly ServerMessage[];
  /** Answers all pings, the way there and back taking that long. */
  readonly pong: (roundTripMs?: number) => void;
  readonly pings: () => number;
  readonly lose: () => void;
}

export function createWorld(options: Partial<RendezvousOptions> = {}) {
  let now = 1_000;
  let random = 0;
  let connections = 0;
  const told = new Map<number, ServerMessage[]>();
  const pings = new Map<number, string[]>();
  const attended: Extract<RendezvousOutput, { readonly kind: 'attend' }>[] = [];
  const closes = new Map<number, readonly [number, string]>();
  const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(random++);
  const tickets = { secret: new Uint8Array(32).fill(7), unixMs: (at: number): number => at };
  const rendezvous = createRendezvous({
    stun: STUN,
    randomBytes,
    issueTicket: createTicketIssuer({ ...tickets, node: 1, randomBytes }),
    ...options,
  });
  const carryOut = (output: RendezvousOutput): void => {
    if (output.kind === 'send') told.get(output.connection)?.push(output.message);
    else if (output.kind === 'ping') pings.get(output.connection)?.push(output.payload);
    else if (output.kind === 'close') closes.set(output.connection, [output.code, output.reason]);
    else if (output.kind === 'attend') attended.push(output);
  };
  const handle = (input: RendezvousInput): void => rendezvous.handle(now, input).forEach(carryOut);

  const connect = (source = SOURCE): Peer => {
    const connection = connections++;
    told.set(connection, []);
    pings.set(connection, []);
    handle({ kind: 'opened', connection, source });
    const take = (): readonly ServerMessage[] => told.get(connection)?.splice(0) ?? [];
    const sayText = (text: string | null): readonly ServerMessage[] => {
      handle({ kind: 'message', connection, text });
      return take();
    };
    const say = (message: unknown): readonly ServerMessage[] => sayText(JSON.stringify(message));
    return {
      connection,
      take,
      taken: <T extends ServerMessage['type']>(type: T) => {
        const all = take();
        const [found, ...more] = all.filter((one) => one.type === type);
        if (!found || more.length > 0) throw new Error(`not one '${type}' in ${JSON.stringify(all)}`);
        return found as ServerMessageOf<T>;
      },
      isOpen: () => !closes.has(connection),
      closed: () => closes.get(connection) ?? null,
      say,
      sayText,
      join: (id, more = {}) => say({ type: 'join', version: 1, room: 'room', id, ...more }),
      ask: (peer, more = {}) => say({ type: 'ask', peer, candidates: [CANDIDATE], behavior: BEHAVIOR, ...more }),
      pong: (roundTripMs = 0) => {
        for (let payload = pings.get(connection)?.shift(); payload; payload = pings.get(connection)?.shift()) {
          now += roundTripMs;
          handle({ kind: 'pong', connection, payload });
        }
      },
      pings: () => pings.get(connection)?.length ?? 0,
      lose: () => handle({ kind: 'closed', connection }),
    };
  };

  return {
    rendezvous,
    /** The password of a ticket, as whoever takes it knows it. */
    passwordOf: createTicketReader(tickets),
    handle,
    /** What relays of other nodes are told. */
    attended,
    connect,
    /** A peer that has joined and been measured; what it was told so far is taken. */
    peer: (
      id: string,
      {
        roundTripMs = 0,
        source,
        ...more
      }: { roundTripMs?: number; source?: string } & Partial<ClientMessageOf<'join'>> = {},
    ) => {
      const peer = connect(source);
      const joined = peer.join(id, more).find((one) => one.type === 'joined');
      if (joined?.type !== 'joined') throw new Error(`${id} did not join`);
      peer.pong(roundTripMs);
      const bind = (endpoint: Endpoint, ticket = joined.ticket.username): void =>
        handle({ kind: 'bound', ticket, endpoint });
      return { ...peer, joined, bind };
    },
    /** Time goes on, and nothing looks at it yet. */
    wait: (ms: number): void => {
      now += ms;
    },
    /** Time goes on, and is looked at. */
    pass: (ms: number): void => {
      now += ms;
      handle({ kind: 'tick' });
    },
    now: () => now,
  };
}
