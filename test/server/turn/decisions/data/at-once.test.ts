/** Data that is relayed at once leaves the same traces as data that goes through the whole machine, decoded. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Endpoint } from '../../../../../src/endpoint.ts';
import { METHOD } from '../../../../../src/stun/header.ts';
import { lifetime, sendIndication } from '../../requests.ts';
import { CLIENT, createWorld, PEER } from '../world.ts';

const PEERS: readonly Endpoint[] = [
  PEER,
  { ...PEER, port: 7001 },
  { ...PEER, port: 0 },
  { address: '198.51.100.10', port: 7000 },
  { address: '2001:db8:9::9', port: 7000 },
];
const REMOTES: readonly Endpoint[] = [CLIENT, { ...CLIENT, address: '192.0.2.8' }];
/** So little that a few datagrams take all of it. */
const LIMITS = { bytesPerSecond: 600, bytesPerSecondPerSource: 900, bytesPerSecondInAll: 1_200 };

const at = fc.record({ client: fc.nat(REMOTES.length - 1), peer: fc.nat(PEERS.length - 1) });
const bytes = fc.oneof(fc.nat(300), fc.constant(0)).map((length) => new Uint8Array(length).fill(length));
const number = fc.constantFrom(0x4000, 0x4001);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('channel-data' as const), at, number, bytes }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), at, bytes }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('from-peer' as const), at, bytes }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('bytes' as const), at, bytes: fc.uint8Array({ maxLength: 40 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('permit' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('bind' as const), at, number }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 300, 299_000, 301_000) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Two clients that have the same port, each with an allocation. */
function watched(takesData: 'by handle' | 'at once') {
  const world = createWorld({ limits: LIMITS, takesData });
  const clients = REMOTES.map((remote) => world.client({ remote }));
  const relayed = clients.map((one) => one.allocate());
  const seen: unknown[] = [];
  /** A Send indication that has to be decoded, in the world that relays nothing at once. */
  const more = takesData === 'by handle' ? [{ type: 'SOFTWARE', value: 'x' } as const] : [];
  const act = (one: Step): unknown => {
    if (one.kind === 'wait') return world.wait(one.ms);
    const client = clients[one.at.client];
    const peer = PEERS[one.at.peer] ?? PEER;
    switch (one.kind) {
      case 'channel-data':
        return client?.sendOn(one.number, one.bytes);
      case 'send':
        return client?.say(sendIndication(peer, one.bytes, more));
      case 'bytes':
        return client?.say(one.bytes);
      case 'from-peer':
        return world.fromPeer(relayed[one.at.client] ?? PEER, peer, one.bytes).map((bytes) => [...bytes]);
      case 'permit':
        return client?.permit(peer);
      case 'bind':
        return client?.bind(one.number, peer);
      case 'end':
        return client?.outcome(METHOD.refresh, [lifetime(0)]);
    }
  };
  return {
    act: (one: Step): void => void seen.push(act(one), world.takeRelayed()),
    traces: () => ({ seen, counts: world.relay.counts }),
  };
}

it('the same goes out and is counted, in the same order, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const [atOnce, whole] = [watched('at once'), watched('by handle')];
      for (const one of steps) for (const world of [atOnce, whole]) world.act(one);
      expect(atOnce.traces()).toEqual(whole.traces());
    }),
    { numRuns: 300 },
  );
});

it('a client is not taken for another one with the same port', () => {
  const world = createWorld({ takesData: 'at once' });
  const [alice, bob] = REMOTES.map((remote) => world.client({ remote }));
  const relayed = [alice, bob].map((one) => one?.allocate());
  for (const one of [alice, bob]) one?.bind(0x4000, PEER);
  bob?.sendOn(0x4000, Uint8Array.of(1));
  alice?.sendOn(0x4000, Uint8Array.of(2));
  expect(world.takeRelayed()).toEqual([
    { from: relayed[1], to: PEER, data: [1] },
    { from: relayed[0], to: PEER, data: [2] },
  ]);
});
