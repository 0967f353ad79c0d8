/** One connection to the simulated rendezvous at a time, as net/rendezvous has it on a real WebSocket: opened, and joined. */
import type { IntroductionInput } from '../../../src/rendezvous/introduction/output.ts';
import { type ClientMessage, PROTOCOL_VERSION } from '../../../src/rendezvous/protocol/client-message.ts';
import type { ServerMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import type { World } from '../network/world.ts';
import type { RendezvousServer, SimConnection } from '../server/rendezvous-server.ts';

/** The answer to a join that does not come: net/rendezvous/client.ts. */
const JOIN_TIMEOUT_MS = 10_000;
const ROOM = 'sim';

export interface SimClient {
  readonly join: (resumeKey: string | undefined) => void;
  readonly send: (message: ClientMessage) => void;
  /** Ends it without a word. */
  readonly drop: () => void;
}

export function createSimClient<Told>(
  world: World,
  options: {
    readonly server: RendezvousServer;
    readonly id: string;
    /** Where it comes from, as the server sees it. */
    readonly source: string;
    /** How long a message takes, one way. */
    readonly delayMs: () => number;
    readonly tell: (input: IntroductionInput<Told>) => void;
  },
): SimClient {
  const { server, id, source, delayMs, tell } = options;
  const { clock } = world;
  let current: SimConnection | null = null;
  const soon = (input: IntroductionInput<Told>): void => void clock.schedule(clock.now(), () => tell(input));

  return {
    join: (resumeKey) => {
      let hasJoined = false;
      let isOver = false;
      const end = (input: IntroductionInput<Told>): void => {
        if (isOver) return;
        isOver = true;
        tell(input);
      };
      const onMessage = (message: ServerMessage): void => {
        if (isOver) return;
        if (hasJoined) {
          if (message.type !== 'joined') tell({ kind: 'message', message });
        } else if (message.type === 'joined') {
          hasJoined = true;
          tell({ kind: 'joined', joined: message, address: source });
        } else if (message.type === 'error') end({ kind: 'not-joined', outcome: 'refused', ...message });
      };
      const onClose = (code: number, reason: string): void =>
        end(
          hasJoined
            ? { kind: 'closed', code, reason }
            : { kind: 'not-joined', outcome: 'unreachable', reason: `closed with ${code}` },
        );
      const connection = server.connect({ source, delayMs, onMessage, onClose });
      if (!connection) return soon({ kind: 'not-joined', outcome: 'unreachable', reason: 'ECONNREFUSED' });
      current = connection;
      connection.send({ type: 'join', version: PROTOCOL_VERSION, room: ROOM, id, ...(resumeKey && { resumeKey }) });
      clock.schedule(clock.now() + JOIN_TIMEOUT_MS, () => {
        if (!hasJoined) end({ kind: 'not-joined', outcome: 'unreachable', reason: 'no answer to the join' });
      });
    },
    send: (message) => current?.send(message),
    drop: () => current?.drop(),
  };
}
