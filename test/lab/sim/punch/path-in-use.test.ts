/** What both sides say of a path, its endpoints and the technique that opened it, held to what their routers have translated. */
import { describe, expect, it } from 'vitest';
import {
  INBOUND_FIRST,
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_SEQUENTIAL,
} from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import type { TraceEntry } from '../../../../lab/sim/network/trace.ts';
import { punchInSim } from '../../../../lab/sim/punch/punch.ts';
import type { SimPunchSide } from '../../../../lab/sim/punch/side.ts';
import { TURN_ENDPOINT } from '../../../../lab/sim/server/turn-server.ts';
import { type Endpoint, sameEndpoint } from '../../../../src/endpoint.ts';
import { runs } from '../../../runs.ts';
import { setStage } from './meeting.ts';

const behind = (profile: NatProfile) => ({ kind: 'nat', layers: [profile] }) as const;
const SEEDS = runs(6);

/** What the router has made of the source of the packets from one endpoint to another. */
function translationOf(
  entries: readonly TraceEntry[],
  { place, from, to }: { readonly place: string; readonly from: Endpoint; readonly to: Endpoint },
): Endpoint | undefined {
  const passed = entries.findLast(
    (one) =>
      one.event === 'passed' &&
      one.place === place &&
      sameEndpoint(one.packet.from, from) &&
      sameEndpoint(one.packet.to, to),
  );
  return passed?.event === 'passed' ? passed.as.from : undefined;
}

/** Whether the first socket of the host is the one in use: it is the one that has shown itself to the server. */
const isFirst = (entries: readonly TraceEntry[], place: string, local: Endpoint | null): boolean => {
  const sent = entries.find((one) => one.event === 'sent' && one.place === place);
  return local !== null && sent !== undefined && sameEndpoint(sent.packet.from, local);
};

describe('both sides name the endpoints of the path, as their routers translate them', () => {
  it.each([
    ['opened by the plain steps', RESTRICTED, PORT_RESTRICTED, 25, 'simultaneous-open', [true, true]],
    ['met by a birthday', PORT_RESTRICTED, SYMMETRIC, 20, 'birthday', [true, false]],
    ['at a predicted port', PORT_RESTRICTED, SYMMETRIC_SEQUENTIAL, 20, 'port-prediction', [false, true]],
    ['at two predicted ports', SYMMETRIC_SEQUENTIAL, SYMMETRIC_SEQUENTIAL, 20, 'port-prediction', [true, true]],
    ['opened by a second try', INBOUND_FIRST, PORT_RESTRICTED, 0.1, 'simultaneous-open', [false, false]],
  ] as const)('%s', (how, natA, natB, latencyMs, technique, firsts) => {
    const link = symmetricLink({ latencyMs });
    const seen = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const entries: TraceEntry[] = [];
      const trace = (entry: TraceEntry): void => void entries.push(entry);
      const { a, b } = punchInSim({ a: behind(natA), b: behind(natB), seed, linkA: link, linkB: link, trace });
      const sides = { a, b };
      expect([a.technique, b.technique]).toEqual([technique, technique]);
      for (const [name, { endpoints }] of Object.entries(sides) as [string, SimPunchSide][]) {
        if (!endpoints?.local) throw new Error(`seed ${seed}: ${name} names no endpoints`);
        const { local: from, remote: to } = endpoints;
        expect(endpoints.public, `seed ${seed}`).toEqual(translationOf(entries, { place: `router ${name}`, from, to }));
      }
      expect([a.endpoints?.remote, b.endpoints?.remote]).toEqual([b.endpoints?.public, a.endpoints?.public]);
      const used = [a, b].map(({ endpoints }, at) => isFirst(entries, `peer ${'ab'[at]}`, endpoints?.local ?? null));
      seen.add(String(used));
    }
    expect([how, [...seen]]).toEqual([how, expect.arrayContaining([String(firsts)])]);
  });
});

it('both sides name the relay that their path leaves by, and no socket', () => {
  const link = symmetricLink({ latencyMs: 20 });
  const { a, b } = punchInSim({
    a: behind(SYMMETRIC),
    b: behind(SYMMETRIC),
    seed: 1,
    linkA: link,
    linkB: link,
    relay: true,
  });
  expect([a, b]).toMatchObject(Array(2).fill({ outcome: 'relayed', technique: 'relay' }));
  expect([a.endpoints?.remote, b.endpoints?.remote]).toEqual([b.endpoints?.public, a.endpoints?.public]);
  const relays = [a, b].filter(({ endpoints }) => endpoints?.local === null);
  expect(relays.map(({ endpoints }) => endpoints?.public.address)).toEqual(relays.map(() => TURN_ENDPOINT.address));
  expect(relays.length).toBeGreaterThan(0);
});

it('both sides name the technique and the endpoints of the direct path that has replaced a relayed one', () => {
  const link = symmetricLink({ latencyMs: 20 });
  const punch = { a: behind(PORT_RESTRICTED), b: behind(SYMMETRIC), seed: 1, linkA: link, linkB: link, relay: true };
  const { a, b } = punchInSim(punch);
  expect([a, b]).toMatchObject(Array(2).fill({ outcome: 'direct', technique: 'birthday' }));
  expect([a.endpoints?.remote, b.endpoints?.remote]).toEqual([b.endpoints?.public, a.endpoints?.public]);
});

describe('a path that a NAT more lenient than it was found has let in is named after what opened it', () => {
  const STRICT = { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' } as const;
  const MOVING = { mapping: 'address-and-port-dependent', filtering: 'address-and-port-dependent' } as const;

  /** For each side of a punch with the plan `birthday`: whether its path ends at the first socket of bob, and its name for it. */
  const play = (natA: NatProfile, natB: NatProfile, seed: number) => {
    const entries: TraceEntry[] = [];
    const stage = setStage({ seed, trace: (entry) => void entries.push(entry) });
    const [home, away] = [stage.place('home', behind(natA)), stage.place('away', behind(natB))];
    const alice = home.start('alice', STRICT).meet('bob');
    const bob = away.start('bob', MOVING).meet('alice');
    stage.end(alice, bob);
    expect([alice.plan()?.technique, bob.plan()?.technique]).toEqual(['birthday', 'birthday']);
    const [one, other] = [alice.outcome(), bob.outcome()];
    if (one?.kind !== 'connected' || other?.kind !== 'connected') throw new Error(`seed ${seed}: no path`);
    const first = entries.find(({ event, place }) => event === 'sent' && place === away.source())?.packet.from;
    if (!first) throw new Error('bob has sent nothing');
    // Where the server sees alice, who keeps one endpoint for all.
    const to = other.pair.remote.endpoint;
    const seen = translationOf(entries, { place: 'away', from: first, to });
    return [
      [seen !== undefined && sameEndpoint(one.pair.remote.endpoint, seen), one.wonBy(one.pair)],
      [sameEndpoint(other.pair.local.base, first), other.wonBy(other.pair)],
    ];
  };

  it('the plain checks, where the mapping does not move', () => {
    expect(play(PORT_RESTRICTED, PORT_RESTRICTED, 1)).toEqual([
      [true, 'simultaneous-open'],
      [true, 'simultaneous-open'],
    ]);
  });

  it('the plain checks or a socket of the birthday, whichever it was, where the filter ignores ports', () => {
    const names = new Set<unknown>();
    for (let seed = 1; seed <= 2 * SEEDS; seed++) {
      for (const [isFirst, name] of play(RESTRICTED, SYMMETRIC, seed)) {
        expect([seed, isFirst, name]).toEqual([seed, isFirst, isFirst ? 'simultaneous-open' : 'birthday']);
        names.add(name);
      }
    }
    expect(names).toContain('birthday');
  });
});
