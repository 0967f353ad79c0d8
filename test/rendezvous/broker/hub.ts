/** Sides that meet through one broker in memory, on virtual time, with the test between them. */

import { createClock } from '../../../lab/sim/network/clock.ts';
import { createRandom } from '../../../lab/sim/network/random.ts';
import { createBrokerMeeting } from '../../../src/rendezvous/broker/broker-meeting.ts';
import type { BrokerOutput } from '../../../src/rendezvous/broker/input-output.ts';
import type { ClientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import type { ToldBehavior } from '../../../src/rendezvous/protocol/fields.ts';
import type { ServerMessage, ServerMessageOf } from '../../../src/rendezvous/protocol/server-message.ts';

const CONE: ToldBehavior = { mapping: 'endpoint-independent', filtering: 'endpoint-independent' };
export const KEY = new Uint8Array(32).fill(7);
/** How long a message takes from one side to another. */
export const WAY_MS = 50;

export interface HubSide {
  readonly id: string;
  /** What the machine has told its client, in order. */
  readonly told: ServerMessage[];
  readonly notices: string[];
  readonly say: (message: ClientMessage) => void;
  /** Asks for a peer, with one candidate and a socket that is seen at the side's own endpoint. */
  readonly ask: (peer: string, more?: { readonly isUpdate?: true; readonly behavior?: ToldBehavior }) => void;
  /** Gives it bytes as from its broker. */
  readonly hear: (bytes: Uint8Array) => void;
  /** The last message of that type; it fails the test where there is none. */
  readonly last: <T extends ServerMessage['type']>(type: T) => ServerMessageOf<T>;
  /** How many of that type were told. */
  readonly count: (type: ServerMessage['type']) => number;
  /** Ends it without a word. */
  readonly die: () => void;
}

export interface Hub {
  readonly clock: ReturnType<typeof createClock>;
  /** Every message that was published, and by whom. */
  readonly published: { readonly from: string; readonly at: number; readonly bytes: Uint8Array }[];
  /** Adds a side that joins at once; the first one's socket is seen at 203.0.113.1:1001, and so on. */
  readonly add: (id: string, options?: { readonly key?: Uint8Array }) => HubSide;
  /** What becomes of each copy of a message: how many there are, after how many ms more. */
  pass: (bytes: Uint8Array) => readonly number[];
}

export function createHub(seed = 1): Hub {
  const clock = createClock();
  const random = createRandom(seed);
  const sides = new Set<HubSide>();
  let sideNumber = 0;
  const hub: Hub = {
    clock,
    published: [],
    pass: () => [0],
    add: (id, { key = KEY } = {}) => {
      const number = ++sideNumber;
      const machine = createBrokerMeeting({
        key,
        stun: () => ({ port: 3478, altPort: 3478 }),
        randomBytes: random.fork(`side ${number}`).bytes,
      });
      let isDead = false;
      let alarmAt = Number.POSITIVE_INFINITY;
      const told: ServerMessage[] = [];
      const notices: string[] = [];
      const obey = (output: BrokerOutput): void => {
        if (output.kind === 'tell') told.push(output.message);
        else if (output.kind === 'notice') notices.push(output.text);
        else publish(output.bytes);
      };
      const publish = (bytes: Uint8Array): void => {
        hub.published.push({ from: id, at: clock.now(), bytes });
        for (const other of sides) {
          if (other === side) continue;
          for (const more of hub.pass(bytes)) clock.schedule(clock.now() + WAY_MS + more, () => other.hear(bytes));
        }
      };
      const handle = (input: Parameters<typeof machine.handle>[1]): void => {
        if (isDead) return;
        for (const output of machine.handle(clock.now(), input)) obey(output);
        const until = machine.wakeAt();
        if (until >= alarmAt) return;
        alarmAt = until;
        clock.schedule(until, () => {
          if (alarmAt !== until) return;
          alarmAt = Number.POSITIVE_INFINITY;
          handle({ kind: 'timeout' });
        });
      };
      const say = (message: ClientMessage): void => handle({ kind: 'say', message });
      const last: HubSide['last'] = (type) => {
        const found = told.findLast((message) => message.type === type);
        if (!found) throw new Error(`${id} was told no ${type}`);
        return found as never;
      };
      const side: HubSide = {
        ...{ id, told, notices, say, last },
        ask: (peer, { isUpdate, behavior = CONE } = {}) =>
          say({ type: 'ask', peer, candidates: [`of ${id}`], behavior, ...(isUpdate && { isUpdate }) }),
        hear: (bytes) => handle({ kind: 'heard', broker: 0, bytes }),
        count: (type) => told.filter((message) => message.type === type).length,
        die: () => {
          isDead = true;
        },
      };
      sides.add(side);
      handle({ kind: 'seen', socket: 'first', endpoint: { address: `203.0.113.${number}`, port: 1000 + number } });
      handle({ kind: 'opened', broker: 0 });
      say({ type: 'join', version: 1, room: 'r', id });
      return side;
    },
  };
  return hub;
}

/** alice has been there for a while when bob comes; both ask for each other. */
export function meet(hub: Hub = createHub()): { readonly hub: Hub; readonly alice: HubSide; readonly bob: HubSide } {
  const alice = hub.add('alice');
  alice.ask('bob');
  hub.clock.runUntil(hub.clock.now() + 10_000);
  const bob = hub.add('bob');
  bob.ask('alice');
  hub.clock.runUntil(hub.clock.now() + 10_000);
  return { hub, alice, bob };
}
