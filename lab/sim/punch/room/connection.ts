/** Connects to the simulated rendezvous and joins, one connection at a time, as src/net/rendezvous does over a WebSocket. */
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { IntroductionInput } from '../../../../src/rendezvous/introduction/output.ts';
import { type ClientMessage, PROTOCOL_VERSION } from '../../../../src/rendezvous/protocol/client-message.ts';
import type { ServerMessage } from '../../../../src/rendezvous/protocol/server-message.ts';
import type { World } from '../../network/world.ts';
import type { RendezvousServer, SimConnection } from '../../server/rendezvous-server.ts';

/** How long to wait for the answer to the join, as in src/net/rendezvous/join.ts. */
const JOIN_TIMEOUT_MS = 10_000;
export const ROOM = 'sim';

export interface SimClient {
  readonly join: (resumeKey: string | undefined) => void;
  readonly send: (message: ClientMessage) => void;
  /** Tells where a socket is seen from outside, which a server finds out by itself. */
  readonly seen: (socket: 'first' | 'second', endpoint: Endpoint | null) => void;
  /** Drops the connection without leaving. */
  readonly drop: () => void;
}

interface SimClientOptions<Told> {
  readonly server: RendezvousServer;
  readonly id: string;
  /** The address that the server sees. */
  readonly source: string;
  /** How long a message takes, one way. */
  readonly delayMs: () => number;
  readonly tell: (input: IntroductionInput<Told>) => void;
}

interface State<Told> extends SimClientOptions<Told> {
  readonly clock: World['clock'];
  current: SimConnection | null;
}

/** The state of one connection. */
interface Joining<Told> extends Pick<SimClientOptions<Told>, 'source' | 'tell'> {
  hasJoined: boolean;
  /** Whether its end has been told. */
  isOver: boolean;
}

export function createSimClient<Told>({ clock }: World, options: SimClientOptions<Told>): SimClient {
  const state: State<Told> = { ...options, clock, current: null };
  return {
    join: (resumeKey) => join(state, resumeKey),
    send: (message) => state.current?.send(message),
    seen: () => {},
    drop: () => state.current?.drop(),
  };
}

function join<Told>(state: State<Told>, resumeKey: string | undefined): void {
  const { server, id, source, delayMs, tell, clock } = state;
  const joining: Joining<Told> = { source, tell, hasJoined: false, isOver: false };
  const onMessage = (message: ServerMessage): void => handleMessage(joining, message);
  const onClose = (code: number, reason: string): void => handleClose(joining, code, reason);
  const connection = server.connect({ source, delayMs, onMessage, onClose });
  if (!connection) {
    const refused = { kind: 'not-joined', outcome: 'unreachable', reason: 'ECONNREFUSED', sign: 'absent' } as const;
    clock.schedule(clock.now(), () => tell(refused));
    return;
  }
  state.current = connection;
  connection.send({ type: 'join', version: PROTOCOL_VERSION, room: ROOM, id, ...(resumeKey && { resumeKey }) });
  clock.schedule(clock.now() + JOIN_TIMEOUT_MS, () => {
    if (joining.hasJoined) return;
    connection.drop();
    notJoined(joining, 'no answer to the join');
  });
}

function handleMessage<Told>(joining: Joining<Told>, message: ServerMessage): void {
  const { source, tell } = joining;
  if (joining.isOver) return;
  if (joining.hasJoined) {
    if (message.type !== 'joined') tell({ kind: 'message', message });
  } else if (message.type === 'joined') {
    joining.hasJoined = true;
    tell({ kind: 'joined', joined: message, address: source });
  } else if (message.type === 'error') end(joining, { kind: 'not-joined', outcome: 'refused', ...message });
}

function handleClose<Told>(joining: Joining<Told>, code: number, reason: string): void {
  if (joining.hasJoined) end(joining, { kind: 'closed', code, reason });
  else notJoined(joining, `closed with ${code}`);
}

function notJoined<Told>(joining: Joining<Told>, reason: string): void {
  end(joining, { kind: 'not-joined', outcome: 'unreachable', reason, sign: 'broken-off' });
}

function end<Told>(joining: Joining<Told>, input: IntroductionInput<Told>): void {
  if (joining.isOver) return;
  joining.isOver = true;
  joining.tell(input);
}
