/** The relays of a room: chosen when a peer joins it, and again when the chosen one is there no more. */
import { describe, expect, it } from 'vitest';
import type { ChosenRelays, NodeRelay, RelayOffer } from '../../../../server/turn/choice/offer.ts';
import type { ServerMessage } from '../../../../src/rendezvous/protocol/server-message.ts';
import { createWorld } from './world.ts';

const relay = (name: string, more: Partial<NodeRelay> = {}): NodeRelay => ({
  ...{ name, urls: [`turn:${name}`], region: null, load: 0, until: Number.POSITIVE_INFINITY },
  ...more,
});
const turnFor = (user: string, { nodes, others }: ChosenRelays) =>
  [...nodes, ...others].map(({ urls }) => ({ urls: [...urls], username: user, password: 'p', expiresInMs: 1 }));
const urlsOf = (message: ServerMessage | undefined): readonly string[] =>
  message && 'turn' in message ? (message.turn ?? []).flatMap(({ urls }) => urls) : [];

function create({
  own = null,
  others = [],
  region = null,
}: {
  readonly own?: RelayOffer | null;
  readonly others?: readonly RelayOffer[];
  readonly region?: string | null;
} = {}) {
  const world = createWorld({ turnFor, relays: { own, others, region } });
  return { ...world, relays: (...all: readonly NodeRelay[]) => world.handle({ kind: 'relays', relays: all }) };
}

describe('two peers of one room', () => {
  it('are offered one relay, though another has become lighter meanwhile', () => {
    const world = create();
    world.relays(relay('a', { load: 0.1 }), relay('b', { load: 0.2 }));
    const alice = world.peer('alice');
    expect(urlsOf(alice.joined)).toEqual(['turn:a']);
    world.relays(relay('a', { load: 0.9 }), relay('b', { load: 0 }));
    expect(urlsOf(world.peer('bob').joined)).toEqual(['turn:a']);
    expect(urlsOf(world.peer('carol', { room: 'other' }).joined)).toEqual(['turn:b']);
  });

  it('are offered the one that is near the node of the first', () => {
    const world = create({ region: 'eu' });
    world.relays(relay('far', { region: 'us' }), relay('near', { region: 'eu', load: 0.9 }));
    expect(urlsOf(world.peer('alice').joined)).toEqual(['turn:near']);
    const stun = { port: 1, altPort: 2 };
    world.handle({ kind: 'opened', connection: 100, source: 's', stun, near: 'us' });
    const join = (id: string, room: string) => JSON.stringify({ type: 'join', version: 1, room, id });
    const told = world.rendezvous.handle(1_000, { kind: 'message', connection: 100, text: join('bob', 'theirs') });
    expect(told.flatMap((one) => (one.kind === 'send' ? urlsOf(one.message) : []))).toEqual(['turn:far']);
  });

  it('are offered another where the first has become full', () => {
    const world = create();
    world.relays(relay('a'), relay('b', { load: 0.5 }));
    expect(urlsOf(world.peer('alice').joined)).toEqual(['turn:a']);
    world.relays(relay('a', { load: 1 }), relay('b', { load: 0.5 }));
    expect(urlsOf(world.peer('bob').joined)).toEqual(['turn:b']);
  });
});

describe('a relay that is handed out no more', () => {
  it('is replaced by another, of which all in its rooms are told', () => {
    const world = create();
    world.relays(relay('a'), relay('b', { load: 0.5 }));
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.take();
    world.relays(relay('b', { load: 0.5 }));
    expect([alice.take(), bob.take()].map(([told, ...more]) => [told?.type, urlsOf(told), more])).toEqual([
      ['turn', ['turn:b'], []],
      ['turn', ['turn:b'], []],
    ]);
    world.relays(relay('a'), relay('b', { load: 0.5 }));
    expect([alice.take(), urlsOf(world.peer('carol').joined)]).toEqual([[], ['turn:b']]);
  });

  it('is not taken from anybody where there is no other', () => {
    const world = create();
    world.relays(relay('a'));
    const alice = world.peer('alice');
    world.relays();
    expect(alice.take()).toEqual([]);
    expect(world.peer('bob').joined.turn).toBeUndefined();
  });

  it('is that of a node of which nothing more was heard in time', () => {
    const world = create();
    world.relays(relay('a', { until: 2_000 }), relay('b', { load: 0.9 }));
    expect(urlsOf(world.peer('alice').joined)).toEqual(['turn:a']);
    world.pass(1_000);
    expect(urlsOf(world.peer('bob').joined)).toEqual(['turn:b']);
  });

  it('is that of this server, from the moment at which it drains', () => {
    const own = relay('own');
    const world = create({ own });
    const alice = world.peer('alice');
    expect(urlsOf(alice.joined)).toEqual(['turn:own']);
    world.relays(own, relay('b'));
    world.handle({ kind: 'draining' });
    expect(alice.take()).toMatchObject([{ type: 'turn', turn: [{ urls: ['turn:b'] }] }]);
    world.relays(own);
    expect(world.peer('bob').joined.turn).toBeUndefined();
  });
});

describe('the relay of another node', () => {
  it('is told of each session that was offered it, and of its end', () => {
    const world = create({ own: relay('own') });
    world.relays(relay('a'));
    const alice = world.peer('alice');
    const user = alice.joined.turn?.[0]?.username ?? '';
    alice.say({ type: 'ticket' });
    expect(world.attended).toEqual([{ kind: 'attend', relay: 'a', user, isThere: true }]);
    world.relays(relay('b'));
    alice.say({ type: 'leave' });
    expect(world.attended.slice(1)).toEqual([
      { kind: 'attend', relay: 'b', user, isThere: true },
      { kind: 'attend', relay: 'a', user, isThere: false },
      { kind: 'attend', relay: 'b', user, isThere: false },
    ]);
    expect(world.rendezvous.counts.relays).toEqual({ own: 0, 'other-node': 3 });
  });

  it('is not told of what is offered of this one', () => {
    const world = create({ own: relay('own') });
    world.peer('alice');
    expect([world.attended, world.rendezvous.counts.relays]).toEqual([[], { own: 1, 'other-node': 0 }]);
  });
});

it('of many servers that others run a room gets two, the same for all in it', () => {
  const others = ['a', 'b', 'c', 'd'].map((name) => ({ ...relay(name), load: null }));
  const world = create({ others });
  const [first, second] = [world.peer('alice'), world.peer('bob')].map(({ joined }) => urlsOf(joined));
  expect([first?.length, second]).toEqual([2, first]);
});
