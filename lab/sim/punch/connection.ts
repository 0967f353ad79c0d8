/** One connection to the simulated rendezvous at a time, as net/rendezvous has it on a real WebSocket: opened, and joined. */
import type { IntroductionInput } from '../../../src/rendezvous/introduction/output.ts';
import { type ClientMessage, PROTOCOL_VERSION } from '../../../src/rendezvous/protocol/client-message.ts';
import type { ServerMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import type { World } from '../network/world.ts';
import type { RendezvousServer, SimConnection } from '../server/rendezvous-server.ts';

/** The answer to a join that does not come: src/net/rendezvous/join.ts. */
const JOIN_TIMEOUT_MS = 10_000;
const ROOM = 'sim';

export interface SimClient {
  readonly join: (resumeKey: string | undefined) => void;
  readonly send: (message: ClientMessage) => void;
  /** Ends it without a word. */
  readonly drop: () => void;
}

interface SimClientOptions<Told> {
  readonly server: RendezvousServer;
  readonly id: string;
  /** Where it comes from, as the server sees it. */
  readonly source: string;
  /** How long a message takes, one way. */
  readonly delayMs: () => number;
  readonly tell: (input: IntroductionInput<Told>) => void;
}

interface State<Told> extends SimClientOptions<Told> {
  readonly clock: World['clock'];
  current: SimConnection | null;
}

/** One connection, from its opening on. */
interface Joining<Told> extends Pick<SimClientOptions<Told>, 'source' | 'tell'> {
  hasJoined: boolean;
  /** Whether nothing more is told of it. */
  isOver: boolean;
}

export function createSimClient<Told>({ clock }: World, options: SimClientOptions<Told>): SimClient {
  const state: State<Told> = { ...options, clock, current: null };
  return {
    join: (resumeKey) => join(state, resumeKey),
    send: (message) => state.current?.send(message),
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
    const refused = { kind: 'not-joined', outcome: 'unreachable', reason: 'ECONNREFUSED' } as const;
    clock.schedule(clock.now(), () => tell(refused));
    return;
  }
  state.current = connection;
  connection.send({ type: 'join', version: PROTOCOL_VERSION, room: ROOM, id, ...(resumeKey && { resumeKey }) });
  clock.schedule(clock.now() + JOIN_TIMEOUT_MS, () => {
    const reason = 'no answer to the join';
    if (!joining.hasJoined) end(joining, { kind: 'not-joined', outcome: 'unreachable', reason });
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
  else end(joining, { kind: 'not-joined', outcome: 'unreachable', reason: `closed with ${code}` });
}

function end<Told>(joining: Joining<Told>, input: IntroductionInput<Told>): void {
  if (joining.isOver) return;
  joining.isOver = true;
  joining.tell(input);
}
