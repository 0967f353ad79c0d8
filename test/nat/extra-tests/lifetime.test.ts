import { describe, expect, it } from 'vitest';
import { type AccessProfile, FULL_CONE, type NatProfile, PORT_RESTRICTED, SYMMETRIC } from '../../../lab/profiles.ts';
import { symmetricLink } from '../../../lab/sim/network/link.ts';
import type { Respond } from '../../../lab/sim/server/stun-server.ts';
import { respond } from '../../../server/stun/decisions/responder.ts';
import { idleTimes, type LifetimeProgress } from '../../../src/nat/extra-tests/lifetime.ts';
import { decode } from '../../../src/stun/decode.ts';
import { attribute } from '../../../src/stun/message.ts';
import { lifetimeInSim } from '../sim-client.ts';

const behind = (nat: NatProfile, lifetimeMs: number): AccessProfile => ({
  kind: 'nat',
  layers: [{ ...nat, lifetimeMs }],
});
const LOSSY = symmetricLink({ latencyMs: 20, jitterMs: 10, loss: 0.1, reordering: 0.03, holdMs: 30 });
const NATS = [FULL_CONE, PORT_RESTRICTED, SYMMETRIC].map((nat) => [nat.name, nat] as const);

/** The idle times in whose bounds each lifetime falls. */
const BOUNDS = [
  [5, 0, 10],
  [25, 20, 30],
  [30, 20, 30],
  [60, 45, 60],
  [120, 90, 120],
  [300, 180, null],
] as const;

/** The real responder, to which a request with RESPONSE-PORT is another one. */
const onResponsePort =
  (answer: (...request: Parameters<Respond>) => ReturnType<Respond>): Respond =>
  (now, layout, arrival) => {
    const decoded = decode(arrival.datagram);
    const asks = decoded.ok && attribute(decoded.message, 'RESPONSE-PORT') !== undefined;
    return asks ? answer(now, layout, arrival) : respond(now, layout, arrival);
  };

describe('the lifetime of mappings', () => {
  describe.each(NATS)('behind a %s', (_name, nat) => {
    it.each(BOUNDS)('of %i s is at least %i s and at most %s s', (lifetimeS, atLeastS, atMostS) => {
      const { result } = lifetimeInSim({ access: behind(nat, lifetimeS * 1000) });
      expect(result).toEqual({ atLeastS, atMostS, reason: null });
    });
  });

  it.each(BOUNDS)(
    'of %i s is bounded by %i and %s s at a loss of 10 %% each way, too',
    (lifetimeS, atLeastS, atMostS) => {
      for (let seed = 1; seed <= 10; seed++) {
        const access = behind(PORT_RESTRICTED, lifetimeS * 1000);
        const { result } = lifetimeInSim({ access, seed, link: LOSSY });
        // A first packet may be lost, and a mapping that ends at the very time of its test be gone already.
        expect(result, `seed ${seed}`).toEqual({ atLeastS, atMostS, reason: null });
      }
    },
  );

  it('is that of the way through a firewall, too', () => {
    const access: AccessProfile = { kind: 'firewall', filtering: 'address-dependent', lifetimeMs: 60_000 };
    expect(lifetimeInSim({ access }).result).toEqual({ atLeastS: 45, atMostS: 60, reason: null });
  });

  it('takes as long as the first idle time that is too long, not the sum, nor the longest', () => {
    const { tookMs } = lifetimeInSim({ access: behind(PORT_RESTRICTED, 60_000) });
    expect(tookMs).toBeGreaterThan(60_000);
    expect(tookMs).toBeLessThan(60_500);
    expect(lifetimeInSim({ access: behind(PORT_RESTRICTED, 600_000), maxS: 300 }).tookMs).toBeLessThan(300_500);
  });

  it('tells how far it is', () => {
    const told: LifetimeProgress[] = [];
    lifetimeInSim({ access: behind(PORT_RESTRICTED, 60_000), onProgress: (progress) => told.push(progress) });
    expect(told).toEqual([10, 20, 30, 45].map((aliveAfterS) => ({ aliveAfterS })));
  });

  it('is tested by nothing that touches an idle mapping', () => {
    const sentAt = new Map<number, number[]>();
    lifetimeInSim({
      access: behind(PORT_RESTRICTED, 600_000),
      trace: ({ at, event, place, packet: { from } }) => {
        if (event === 'sent' && place === 'client') sentAt.set(from.port, [...(sentAt.get(from.port) ?? []), at]);
      },
    });
    const idle = [...sentAt.values()].filter((times) => times.length === 1);
    expect(idle).toEqual(idleTimes(180).map(() => [0]));
    // Beside the idle sockets there are the tester and the control.
    expect(sentAt.size).toBe(idle.length + 2);
  });

  it.each<[string, Respond]>([
    [
      'refuses',
      onResponsePort((now, layout, arrival) =>
        respond(
          now,
          { ...layout, addresses: ['203.0.113.10'] },
          { ...arrival, datagram: withUnknown(arrival.datagram) },
        ),
      ),
    ],
    ['drops', onResponsePort(() => ({ kind: 'drop', why: 'malformed' }))],
    [
      'ignores',
      onResponsePort((now, layout, arrival) =>
        respond(now, layout, { ...arrival, datagram: withoutResponsePort(arrival.datagram) }),
      ),
    ],
  ])('is not known by a server that %s RESPONSE-PORT, and that is said at once', (_what, faulty) => {
    const { result, tookMs } = lifetimeInSim({ access: behind(PORT_RESTRICTED, 60_000), respond: faulty });
    expect(result).toEqual({ atLeastS: null, atMostS: null, reason: 'response-port-refused' });
    expect(tookMs).toBeLessThan(2000);
  });

  it('is not known where sockets get any address of a pool', () => {
    const nat: NatProfile = { ...PORT_RESTRICTED, poolSize: 4, pooling: 'arbitrary' };
    const { result } = lifetimeInSim({ access: behind(nat, 60_000) });
    expect(result.reason).toBe('several-public-addresses');
  });

  it('is not known without an answer', () => {
    const { result } = lifetimeInSim({ access: { kind: 'udp-blocked' } });
    expect(result).toEqual({ atLeastS: null, atMostS: null, reason: 'no-answer' });
  });
});

describe('the idle times', () => {
  it.each([
    [3, [3]],
    [10, [10]],
    [14, [14]],
    [15, [10, 15]],
    [60, [10, 20, 30, 45, 60]],
    [180, [10, 20, 30, 45, 60, 90, 120, 150, 180]],
    [400, [10, 20, 30, 45, 60, 90, 120, 150, 180, 240, 300, 400]],
  ])('up to %i s are %j', (maxS, expected) => {
    expect(idleTimes(maxS)).toEqual(expected);
  });
});

const RESPONSE_PORT = 0x0027;
/** Comprehension-required, and known to nobody. */
const UNKNOWN = 0x7fff;

/** The request with RESPONSE-PORT under another name. */
function withUnknown(request: Uint8Array): Uint8Array {
  const bytes = request.slice();
  const view = new DataView(bytes.buffer);
  if (view.getUint16(20) !== RESPONSE_PORT) throw new Error('RESPONSE-PORT is the first attribute');
  view.setUint16(20, UNKNOWN);
  return bytes;
}

/** The request without its one attribute. */
function withoutResponsePort(request: Uint8Array): Uint8Array {
  const bytes = request.slice(0, 20);
  new DataView(bytes.buffer).setUint16(2, 0);
  return bytes;
}
