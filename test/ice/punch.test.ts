/** Two agents of ours across the simulated lab's NATs: the seven steps, their time, loss, and the pairs that cannot be. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, type NatProfile, PORT_RESTRICTED, RESTRICTED, SYMMETRIC } from '../../lab/profiles.ts';
import { type Link, PERFECT_LINK, symmetricLink } from '../../lab/sim/network/link.ts';

import { createSite } from '../../lab/sim/site/site.ts';
import { PUNCH_SOCKET } from '../../src/punch/attempt/candidates/candidate-agent.ts';
import { createPeer, createPublicWorld, eventOf, introduce, type Peer, type PeerOptions } from './peers.ts';

const ROLES = ['controlling', 'controlled'] as const;

interface Meeting {
  readonly a: Peer;
  readonly b: Peer;
  readonly startedAt: number;
  readonly runFor: (ms: number) => void;
}

function meet(options: {
  readonly seed?: number;
  readonly nats: readonly [NatProfile, NatProfile];
  readonly link?: Link;
  readonly agent?: Omit<PeerOptions, 'role'>;
  readonly skewMs?: number;
}): Meeting {
  const { seed = 1, nats, link = PERFECT_LINK, agent = {}, skewMs = 0 } = options;
  const world = createPublicWorld(seed);
  const join = (index: 0 | 1): Peer => {
    const access = { kind: 'nat', layers: [nats[index]] } as const;
    const site = createSite(world, { name: `site ${index}`, access, prefix: `192.168.${index + 1}`, link });
    const peer = createPeer(world, site.addHost(`peer ${index}`), { role: ROLES[index], ...agent });
    peer.reflect();
    return peer;
  };
  const [a, b] = [join(0), join(1)];
  const startedAt = introduce(world, { a, b, skewMs });
  return { a, b, startedAt, runFor: (ms) => world.clock.runUntil(world.clock.now() + ms) };
}

/** How long after the introduction the later of the two was connected. */
function connectedAfterMs({ a, b, startedAt }: Meeting): number {
  return Math.max(...[a, b].map((peer) => (eventOf(peer, 'connected')?.at ?? Number.POSITIVE_INFINITY) - startedAt));
}

describe('two agents behind NATs', () => {
  const open = [FULL_CONE, RESTRICTED, PORT_RESTRICTED];
  const combinations = [
    ...open.flatMap((one) => open.map((other) => [one, other] as const)),
    [SYMMETRIC, FULL_CONE],
    [SYMMETRIC, RESTRICTED],
    [FULL_CONE, SYMMETRIC],
    [RESTRICTED, SYMMETRIC],
  ] as const;

  it.each(combinations.map((nats) => ({ nats, title: nats.map(({ name }) => name).join(' × ') })))(
    '$title: connect within 20 ms where the path takes no time',
    ({ nats }) => {
      const meeting = meet({ nats });
      meeting.runFor(1000);
      expect(connectedAfterMs(meeting)).toBeLessThanOrEqual(20);
      meeting.a.send('hello');
      meeting.b.send('and you');
      meeting.runFor(10);
      expect(meeting.a.data).toEqual([{ kind: 'peer', text: 'and you' }]);
      expect(meeting.b.data).toEqual([{ kind: 'peer', text: 'hello' }]);
    },
  );

  it('tell of the steps in their order, with the public endpoints', () => {
    const { a, b, startedAt, runFor } = meet({ nats: [PORT_RESTRICTED, PORT_RESTRICTED] });
    runFor(100);
    const story = ({ events }: Peer): readonly string[] =>
      events.map((event) => `${event.at - startedAt} ${event.kind} ${'pair' in event ? event.pair.remote.type : ''}`);
    expect(story(a)).toEqual([
      '0 check-sent host',
      '5 check-sent srflx',
      '5 check-received srflx',
      '5 pair-valid srflx',
      '10 connected srflx',
    ]);
    expect(story(b)).toEqual([
      '0 check-sent host',
      '5 check-sent srflx',
      '5 check-received srflx',
      '5 pair-valid srflx',
      '10 connected srflx',
    ]);
    expect(eventOf(a, 'connected')).toMatchObject({
      rttMs: 0,
      pair: {
        socket: PUNCH_SOCKET,
        local: { type: 'srflx' },
        remote: { endpoint: eventOf(b, 'connected')?.pair.local.endpoint },
      },
    });
  });

  it('find a remapped peer by the endpoint that its check comes from', () => {
    const meeting = meet({ nats: [SYMMETRIC, RESTRICTED] });
    meeting.runFor(1000);
    expect(eventOf(meeting.b, 'remote-candidate')?.candidate.type).toBe('prflx');
    expect(eventOf(meeting.b, 'connected')?.pair.remote.type).toBe('prflx');
    expect(eventOf(meeting.a, 'local-candidate')?.candidate.type).toBe('prflx');
    expect(eventOf(meeting.a, 'connected')?.pair.local.type).toBe('prflx');
  });

  it.each([{ nats: [SYMMETRIC, SYMMETRIC] as const }, { nats: [SYMMETRIC, PORT_RESTRICTED] as const }])(
    'fail in time, with the reason, where no plain punch can work: $nats.0.name × $nats.1.name',
    ({ nats }) => {
      const { a, b, startedAt, runFor } = meet({ nats, agent: { timeoutMs: 8000 } });
      runFor(60_000);
      for (const peer of [a, b]) {
        expect(eventOf(peer, 'failed')).toEqual({ kind: 'failed', at: startedAt + 8000, reason: 'no-answer' });
        // Two pairs of the peer's candidates, each with a bounded number of sends.
        expect(peer.agent.checksSent()).toBeLessThanOrEqual(48);
        expect(peer.agent.poll(startedAt + 9000)).toEqual({ kind: 'done', result: 'closed' });
      }
    },
  );

  it('connect at the speed of the path: a few round trips of 80 ms', () => {
    const meeting = meet({
      nats: [PORT_RESTRICTED, PORT_RESTRICTED],
      link: symmetricLink({ latencyMs: 20 }),
    });
    meeting.runFor(5000);
    expect(connectedAfterMs(meeting)).toBeLessThanOrEqual(300);
    expect(eventOf(meeting.a, 'connected')?.rttMs).toBe(80);
  });

  it('connect 200 of 200 times at 5 % loss on each link, the median within 20 ms', { timeout: 30_000 }, () => {
    const times: number[] = [];
    for (let seed = 1; seed <= 200; seed++) {
      const meeting = meet({ seed, nats: [PORT_RESTRICTED, PORT_RESTRICTED], link: symmetricLink({ loss: 0.05 }) });
      meeting.runFor(8000);
      times.push(connectedAfterMs(meeting));
    }
    times.sort((x, y) => x - y);
    expect(times).toHaveLength(200);
    expect(times.at(-1)).toBeLessThan(250);
    expect(times[Math.floor(times.length / 2)]).toBeLessThanOrEqual(20);
  });

  it('connect when one of them starts later, and at 20 % loss on each link', () => {
    const late = meet({ nats: [PORT_RESTRICTED, PORT_RESTRICTED], skewMs: 700 });
    late.runFor(5000);
    expect(connectedAfterMs(late)).toBeLessThanOrEqual(20);
    for (let seed = 1; seed <= 50; seed++) {
      const lossy = meet({ seed, nats: [PORT_RESTRICTED, PORT_RESTRICTED], link: symmetricLink({ loss: 0.2 }) });
      lossy.runFor(10_000);
      expect(connectedAfterMs(lossy)).toBeLessThan(3000);
    }
  });

  it('stay connected for ten minutes without data, and notice within 30 s when the peer is gone', () => {
    const { a, b, runFor } = meet({ nats: [PORT_RESTRICTED, PORT_RESTRICTED] });
    runFor(600_000);
    expect(eventOf(a, 'consent-lost')).toBeUndefined();
    expect(a.agent.selected()).not.toBeNull();
    b.agent.close();
    runFor(40_000);
    const at = eventOf(a, 'consent-lost')?.at ?? Number.NaN;
    expect(at).toBeGreaterThan(600_000 + 24_000);
    expect(at).toBeLessThanOrEqual(600_000 + 1000 * 2 + 30_000);
    expect(a.agent.selected()).toBeNull();
    const sent = a.agent.checksSent();
    runFor(60_000);
    expect(a.agent.checksSent()).toBe(sent);
  });
});

describe('two agents behind one NAT', () => {
  it('meet inside by their host candidates, whether it hairpins or not', () => {
    for (const hairpin of [false, true]) {
      const world = createPublicWorld(1);
      const layers = [{ ...PORT_RESTRICTED, hairpin }] as const;
      const site = createSite(world, { name: 'home', access: { kind: 'nat', layers } });
      const a = createPeer(world, site.addHost('a'), { role: 'controlling' });
      const b = createPeer(world, site.addHost('b'), { role: 'controlled' });
      a.reflect();
      b.reflect();
      const startedAt = introduce(world, { a, b });
      world.clock.runUntil(startedAt + 100);
      const meeting = { a, b, startedAt, runFor: () => {} };
      expect(connectedAfterMs(meeting)).toBeLessThanOrEqual(10);
      for (const peer of [a, b]) {
        expect(eventOf(peer, 'connected')?.pair).toMatchObject({ local: { type: 'host' }, remote: { type: 'host' } });
      }
    }
  });

  it('meet through its outside when the host candidates are not told and it hairpins', () => {
    const world = createPublicWorld(1);
    const layers = [{ ...PORT_RESTRICTED, hairpin: true }] as const;
    const site = createSite(world, { name: 'home', access: { kind: 'nat', layers } });
    const a = createPeer(world, site.addHost('a'), { role: 'controlling' });
    const b = createPeer(world, site.addHost('b'), { role: 'controlled' });
    a.reflect();
    b.reflect();
    const startedAt = introduce(world, { a, b, types: ['srflx'] });
    world.clock.runUntil(startedAt + 100);
    expect(connectedAfterMs({ a, b, startedAt, runFor: () => {} })).toBeLessThanOrEqual(20);
  });
});
