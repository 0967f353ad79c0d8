/** A peer of a cluster under a test's clock, which comes back with its resume key whenever it is cut off, to the next node that is there. */
import type { ConnectionOutput } from '../../../../server/rendezvous/decisions/input-output.ts';
import type { ServerMessage, ServerMessageOf } from '../../../../src/rendezvous/protocol/server-message.ts';
import { BEHAVIOR, CANDIDATE } from '../../rendezvous/decisions/world.ts';
import type { SimClock, SimNode } from './sim-redis.ts';

const BACK_AFTER_MS = 100;

export interface SimPeer {
  readonly id: string;
  /** All that it was told, in order. */
  readonly told: readonly ServerMessage[];
  /** The codes and reasons of the closes. */
  readonly closes: readonly (readonly [number, string])[];
  readonly toldOf: <T extends ServerMessage['type']>(type: T) => readonly ServerMessageOf<T>[];
  readonly say: (message: object) => void;
  readonly ask: (peer: string) => void;
  /** Shows its ticket at that node, or where it is connected. */
  readonly bind: (port: number, at?: SimNode) => void;
  readonly isJoined: () => boolean;
  readonly joinedAt: () => number;
  /** The node that it is connected to. */
  readonly at: () => SimNode | null;
  /** Loses its connection, and goes to that node. */
  readonly move: (to: SimNode) => void;
}

/** The connections of each node, and what is done for them. */
export function createFront(clock: SimClock, nodes: readonly SimNode[]) {
  const sockets = new Map<SimNode, Map<number, (output: ConnectionOutput) => void>>();
  let connections = 0;
  const watch = (node: SimNode): void => {
    const ofNode = new Map<number, (output: ConnectionOutput) => void>();
    sockets.set(node, ofNode);
    node.onOutput = (output) => ofNode.get(output.connection)?.(output);
  };
  for (const node of nodes) watch(node);

  const peer = (
    id: string,
    { room = 'room', at, resumeKey: firstKey }: { room?: string; at: SimNode; resumeKey?: string },
  ): SimPeer => {
    const told: ServerMessage[] = [];
    const closes: (readonly [number, string])[] = [];
    let [resumeKey, joinedAt] = [firstKey, Number.NaN];
    let here: { node: SimNode; connection: number } | null = null;
    let ticket = '';
    const wanted = new Set<string>();
    const drop = (): void => {
      if (here) sockets.get(here.node)?.delete(here.connection);
      here = null;
      joinedAt = Number.NaN;
    };
    const say = (message: object): void => {
      if (here) here.node.handle({ kind: 'message', connection: here.connection, text: JSON.stringify(message) });
    };
    const told1 = (output: ConnectionOutput): void => {
      const { connection } = output;
      if (output.kind === 'ping') {
        here?.node.handle({ kind: 'pong', connection, payload: output.payload });
        return;
      }
      if (output.kind === 'close') {
        closes.push([output.code, output.reason]);
        drop();
        clock.after(BACK_AFTER_MS, come);
        return;
      }
      const { message } = output;
      told.push(message);
      if (message.type === 'joined') {
        ({ resumeKey } = message);
        ticket = message.ticket.username;
        joinedAt = clock.now();
        for (const other of wanted) ask(other);
      }
    };
    let last = at;
    /** The last node, or the next one that takes joins. */
    const next = (): SimNode => [last, ...nodes].find((node) => node.isAlive() && node.cluster.isServing()) ?? last;
    const come = (to = next()): void => {
      if (here) return;
      if (!to.isAlive()) {
        clock.after(BACK_AFTER_MS, come);
        return;
      }
      last = to;
      const connection = connections++;
      here = { node: to, connection };
      sockets
        .get(to)
        ?.set(connection, (output) => clock.after(0, () => here?.connection === connection && told1(output)));
      to.handle({ kind: 'opened', connection, source: '192.0.2.1' });
      say({ type: 'join', version: 1, room, id, ...(resumeKey === undefined ? {} : { resumeKey }) });
    };
    const ask = (other: string): void => {
      wanted.add(other);
      say({ type: 'ask', peer: other, candidates: [CANDIDATE], behavior: BEHAVIOR });
    };
    const watchDeath = (): void =>
      clock.after(10, () => {
        // The system of a process that is killed ends its connections.
        if (here && !here.node.isAlive()) {
          drop();
          clock.after(BACK_AFTER_MS, come);
        }
        watchDeath();
      });
    watchDeath();
    come(at);
    return {
      id,
      told,
      closes,
      toldOf: <T extends ServerMessage['type']>(type: T) =>
        told.filter((one) => one.type === type) as ServerMessageOf<T>[],
      say,
      ask,
      bind: (port, node = here?.node ?? at) =>
        node.handle({ kind: 'bound', ticket, endpoint: { address: '192.0.2.1', port } }),
      isJoined: () => !Number.isNaN(joinedAt),
      joinedAt: () => joinedAt,
      at: () => here?.node ?? null,
      move: (to) => {
        const former = here;
        drop();
        former?.node.handle({ kind: 'closed', connection: former.connection });
        come(to);
      },
    };
  };
  return { peer };
}
