/** A meeting whose server says anything that the schema takes, in any order, and shows the socket with any result. */

import type { Random } from '../../../lab/sim/network/random.ts';
import type { RendezvousClient, RendezvousEvent } from '../../../src/net/rendezvous/client.ts';
import { candidateAgent } from '../../../src/punch/attempt/candidate-agent.ts';
import { createMeeting, type Meeting } from '../../../src/punch/meeting.ts';
import type { Reachability, Shown } from '../../../src/punch/reachability.ts';
import type { Room } from '../../../src/punch/room.ts';
import { REFUSALS } from '../../../src/rendezvous/protocol/refusal.ts';
import type { ServerMessageOf } from '../../../src/rendezvous/protocol/server-message.ts';
import { behavior, serverMessageOf } from '../messages.ts';
import { type Feed, hold, type Target } from '../target.ts';
import { address, chance, endpoint } from '../values.ts';

const INPUTS = 40;
/** All is said at once: nothing is waited for. */
const WAIT_MS = 0;
const INTRODUCTIONS_MAX = 50;
const SAYINGS_MAX = 1_000;
const NO_END = new Error('over');

export const meetingTarget: Target = {
  name: 'meetings',
  weight: 2,
  run: async (random, feed) => {
    const over = new AbortController();
    let said = 0;
    const say = (): void => hold(said++ < SAYINGS_MAX, 'it says things without end');
    const server = createServer(random, { say, feed });
    const options = {
      membership: server.membership,
      reachability: reachabilityOf(random, say),
      turn: [],
      peer: 'bob',
      behavior: Promise.resolve(behavior(random)),
      waitMs: WAIT_MS,
      refreshMs: 0,
      signal: over.signal,
      onBound: () => {},
      onNotice: () => {},
    };
    const meeting = createMeeting(options);
    await meet(meeting, { random, hears: server.says });
    over.abort(NO_END);
  },
};

/** Meets as often as it is introduced, and hears the news of the peer in between. */
async function meet(
  meeting: Meeting,
  { random, hears }: { readonly random: Random; readonly hears: () => void },
): Promise<void> {
  for (let met = 0; met < INTRODUCTIONS_MAX; met++) {
    const result = await meeting.introduce();
    if (result.kind === 'failed') return;
    meeting.onPeerNews(() => {});
    hears();
    if (chance(random, 0.3)) meeting.signal('{}');
  }
}

/** A client that is told everything by nobody; `says` tells some more. */
function createServer(random: Random, { say, feed }: { readonly say: () => void; readonly feed: Feed }) {
  let receive = (_event: RendezvousEvent): void => {};
  let left = INPUTS;
  const event = (): RendezvousEvent => {
    const message = serverMessageOf(random);
    if (message.type === 'joined') return { type: 'closed', code: 1006, reason: '', canResume: true };
    // The peer of the meeting is mostly the one that is spoken of.
    return 'peer' in message && chance(random, 0.7) ? { ...message, peer: 'bob' } : message;
  };
  const says = (): void => {
    for (const now = random.integer(6); left > 0 && chance(random, now === 0 ? 0.1 : 0.8); left--) {
      const next = event();
      feed(() => receive(next));
    }
  };
  const client = (): RendezvousClient => ({
    joined: serverMessageOf(random, 'joined') as ServerMessageOf<'joined'>,
    address: address(random),
    onEvent: (next) => {
      receive = next;
      says();
    },
    ask: () => {
      say();
      says();
    },
    withdraw: say,
    signal: say,
    renewTicket: () => {
      say();
      says();
    },
    drop: () => {},
    closed: new Promise(() => {}),
    async [Symbol.asyncDispose]() {},
  });
  const membership: Room = {
    enter: async () => {
      say();
      if (left <= 0 || chance(random, 0.1))
        return { kind: 'failed', reason: 'rendezvous-lost', detail: REFUSALS.silent };
      return { kind: 'joined', client: client() };
    },
    isOverheard: () => true,
    stay: async () => {},
    async [Symbol.asyncDispose]() {},
  };
  return { membership, says };
}

function reachabilityOf(random: Random, say: () => void): Reachability {
  const seen = (): Shown =>
    random.pick<Shown>([
      { outcome: 'bound', public: endpoint(random), rttMs: 1 },
      { outcome: 'refused', code: 401 },
      { outcome: 'no-answer' },
      { outcome: 'not-sent', code: 'EPERM' },
      { outcome: 'no-relay', details: [] },
    ]);
  const bound = { outcome: 'bound', public: endpoint(random), rttMs: 1 } as const;
  return {
    seekRelay: () => {},
    relayed: async () => null,
    show: async () => {
      say();
      return chance(random, 0.7) ? bound : seen();
    },
    isDirect: () => true,
    agentOf: (own) =>
      candidateAgent({
        direct: { local: { address: '192.168.1.10', port: 40_000 }, seen: own, server: '203.0.113.10' },
        relay: null,
        randomBytes: random.bytes,
      }),
    sockets: () => ({}),
    async [Symbol.asyncDispose]() {},
  };
}
