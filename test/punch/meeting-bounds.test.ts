/** What a server makes a peer say while it waits, and keep: at its own pace, and no more than is read. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RendezvousClient, RendezvousEvent } from '../../src/net/rendezvous/client.ts';
import { createMeeting } from '../../src/punch/meeting.ts';
import type { Reachability, Shown } from '../../src/punch/reachability.ts';
import { TOLD } from '../net/rendezvous/peers.ts';

const SECRET = 's'.repeat(22);
const OWN = { address: '203.0.113.101', port: 40_000 };

interface Server {
  readonly expiresInMs: number;
  readonly waitMs: number;
  readonly shown: (count: number) => Shown;
  /** Ends each connection when the socket is shown. */
  readonly closes?: boolean;
}

/** A meeting at a server that says what it is told to; the seconds at which a ticket was asked for, and the socket shown. */
function meetAt(options: Server) {
  const ticket = { username: SECRET, password: SECRET, expiresInMs: options.expiresInMs };
  const startedAt = performance.now();
  const seconds = (): number => Math.round(performance.now() - startedAt) / 1000;
  const asked: number[] = [];
  const shown: number[] = [];
  let receive = (_event: RendezvousEvent): void => {};
  const client: RendezvousClient = {
    address: '203.0.113.10',
    joined: {
      type: 'joined',
      id: 'alice',
      room: 'test',
      peers: [],
      resumed: false,
      resumeKey: SECRET,
      ticket,
      stun: { port: 3478, altPort: 3479 },
    },
    onEvent: (next) => {
      receive = next;
    },
    ask: () => {},
    withdraw: () => {},
    signal: () => {},
    renewTicket: () => {
      asked.push(seconds());
      receive({ type: 'ticket', ticket });
    },
    drop: () => {},
    closed: new Promise(() => {}),
    async [Symbol.asyncDispose]() {},
  };
  const reachability = {
    seekRelay: () => {},
    relayed: async () => null,
    show: async () => {
      const count = shown.push(seconds());
      if (!options.closes) return options.shown(count);
      receive({ type: 'closed', code: 1011, reason: 'again', canResume: true });
      throw new Error('interrupted');
    },
    isDirect: () => true,
    agentOf: () => ({ candidates: [] }),
  } as unknown as Reachability;
  const meeting = createMeeting({
    membership: {
      enter: async () => {
        // On the clock that the test turns: what a membership pauses for.
        if (options.closes) await new Promise((resolve) => setTimeout(resolve, 2_000));
        return { kind: 'joined', client };
      },
      isOverheard: () => true,
      stay: async () => {},
      async [Symbol.asyncDispose]() {},
    },
    reachability,
    turn: [],
    peer: 'bob',
    behavior: Promise.resolve(TOLD.behavior),
    waitMs: options.waitMs,
    signal: undefined,
    onBound: () => {},
    onNotice: () => {},
  });
  return { meeting, asked, shown, say: (event: RendezvousEvent): void => receive(event) };
}

/** Meets nobody for as long as it may wait. */
async function wait(server: Server) {
  const { meeting, asked, shown } = meetAt(server);
  const met = meeting.introduce();
  await vi.advanceTimersByTimeAsync(server.waitMs + 10_000);
  return { met: await met, asked, shown };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const bound: Shown = { outcome: 'bound', public: OWN, rttMs: 1 };

it('a ticket that has expired when it comes is shown all the same, and the next is asked for when it is time', async () => {
  const { met, asked, shown } = await wait({ expiresInMs: 0, waitMs: 60_000, shown: () => bound });
  expect(met).toMatchObject({ kind: 'failed', reason: 'no-peer' });
  expect({ asked, shown }).toEqual({ asked: [15, 31, 47], shown: [0, 16, 32, 48] });
});

it('a ticket with a life of its own is renewed at half of it', async () => {
  const { asked, shown } = await wait({ expiresInMs: 60_000, waitMs: 60_000, shown: () => bound });
  expect({ asked, shown }).toEqual({ asked: [45], shown: [0, 15, 30, 46] });
});

it('a server that refuses every ticket is asked for another once a second', async () => {
  const shown = (count: number): Shown => (count === 1 ? bound : { outcome: 'refused', code: 401 });
  const told = await wait({ expiresInMs: 120_000, waitMs: 20_000, shown });
  expect(told.asked).toEqual([15, 16, 17, 18, 19]);
  expect(told.shown).toEqual([0, 15, 16, 17, 18, 19]);
});

it('a server that has never taken a ticket is given up after the third', async () => {
  const told = await wait({ expiresInMs: 120_000, waitMs: 20_000, shown: () => ({ outcome: 'refused', code: 401 }) });
  expect(told.met).toEqual({ kind: 'failed', reason: 'udp-silent', detail: 'it refuses the ticket: 401' });
  expect(told.shown).toEqual([0, 1, 2]);
});

it('a server that lets in and closes, again and again, is given up when the time to wait is over', async () => {
  const told = await wait({ expiresInMs: 120_000, waitMs: 5_000, shown: () => bound, closes: true });
  expect(told.met).toEqual({ kind: 'failed', reason: 'rendezvous-lost', detail: 'again' });
  expect(told.shown).toEqual([2, 4, 6]);
});

it('of a server that says more than is read 64 introductions are kept, and as many news of the peer', async () => {
  const { meeting, say } = meetAt({ expiresInMs: 120_000, waitMs: 20_000, shown: () => bound });
  const introduction: RendezvousEvent = {
    type: 'introduction',
    peer: 'bob',
    endpoint: { address: '203.0.113.102', port: 40_000 },
    candidates: [],
    behavior: TOLD.behavior,
    own: OWN,
    role: 'controlling',
    key: SECRET,
    startInMs: 0,
  };
  const first = meeting.introduce();
  await vi.advanceTimersByTimeAsync(1);
  say(introduction);
  expect((await first).kind).toBe('introduced');
  for (let count = 0; count < 1_000; count++) say({ type: 'peer-joined', peer: 'carol' });
  for (let count = 0; count < 1_000; count++) say(introduction);
  for (let count = 0; count < 1_000; count++) say({ type: 'signal', peer: 'bob', data: `${count}` });
  const news: unknown[] = [];
  meeting.onPeerNews((one) => news.push(one));
  expect([news.length, news[0], news[63]]).toEqual([64, { kind: 'signal', data: '0' }, { kind: 'signal', data: '63' }]);
  let met = 0;
  for (;;) {
    const next = meeting.introduce();
    await vi.advanceTimersByTimeAsync(30_000);
    if ((await next).kind === 'failed') break;
    met++;
  }
  expect(met).toBe(64);
});
