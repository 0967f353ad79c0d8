/** A relayed path: taken where nothing better comes in time, and left when a direct one opens. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoint.ts';
import type { IceAgentOptions } from '../../src/ice/agent.ts';
import { attribute } from '../../src/stun/message.ts';
import { type Bench, createBench, PEER, peerCheck, peerSuccess, REMOTE, remoteHost, type Sent } from './wire.ts';

/** The agent's relayed endpoint, and the one at which a server sees its socket. */
const RELAYED: Endpoint = { address: '198.51.100.1', port: 50_000 };
const MAPPED: Endpoint = { address: '203.0.113.1', port: 40_000 };
const PEER_RELAYED: Endpoint = { address: '198.51.100.2', port: 50_000 };

function createRelayedBench(options: Partial<IceAgentOptions>): Bench {
  const bench = createBench({ taMs: 5, isIntroduced: false, ...options });
  bench.agent.addLocalCandidate({ type: 'relay', socket: 'relay', endpoint: RELAYED, mapped: MAPPED });
  bench.agent.addRemoteCandidate(remoteHost(REMOTE));
  bench.agent.setRemoteCredentials(0, PEER);
  return bench;
}

const nominates = ({ message }: Sent): boolean => attribute(message, 'USE-CANDIDATE') === true;
const kinds = ({ events }: Bench): readonly string[] => events.map(({ kind }) => kind);

/** All that is sent until `end`, one millisecond after the other. */
function run(bench: Bench, from: number, end: number): readonly (Sent & { readonly at: number })[] {
  const sent: (Sent & { readonly at: number })[] = [];
  for (let now = from; now < end; now++) sent.push(...bench.drain(now).map((one) => ({ ...one, at: now })));
  return sent;
}

function first(sent: readonly Sent[], socket: string): Sent {
  const found = sent.find((one) => one.socket === socket);
  if (!found) throw new Error(`nothing was sent on ${socket}`);
  return found;
}

/** Connected through the relay at about `relayGraceMs`; the time of its nomination. */
function connectRelayed(bench: Bench): number {
  const check = first(run(bench, 0, 10), 'relay');
  const atOnce = bench.receive(10, peerSuccess(check, RELAYED), REMOTE, 'relay').map((one) => ({ ...one, at: 10 }));
  const nomination = [...atOnce, ...run(bench, 11, 2000)].find(nominates);
  if (!nomination) throw new Error('no nomination');
  expect(nomination.socket).toBe('relay');
  bench.receive(2000, peerSuccess(nomination, RELAYED), REMOTE, 'relay');
  expect(bench.agent.selected()).toMatchObject({ socket: 'relay', local: { type: 'relay', related: MAPPED } });
  return nomination.at;
}

describe('a relayed pair that works', () => {
  it('waits for a direct one for as long as it is told to', () => {
    expect(connectRelayed(createRelayedBench({ relayGraceMs: 300 }))).toBe(310);
    expect(connectRelayed(createRelayedBench({ relayGraceMs: 0 }))).toBe(10);
  });

  it('of two relays waits 100 ms for one with a single relay, where the peer has told of its relay', () => {
    const bench = createRelayedBench({ relayGraceMs: 0 });
    bench.agent.addRemoteCandidate({ ...remoteHost(PEER_RELAYED), type: 'relay', foundation: '2' });
    const check = run(bench, 0, 30).find(({ socket, to }) => socket === 'relay' && to.address === PEER_RELAYED.address);
    if (!check) throw new Error('no check between the relays');
    bench.receive(30, peerSuccess(check, RELAYED), PEER_RELAYED, 'relay');
    expect(run(bench, 30, 200).find(nominates)).toMatchObject({ socket: 'relay', to: PEER_RELAYED, at: 130 });
  });

  it('gives way to a direct one of the same moment', () => {
    const bench = createRelayedBench({});
    const sent = run(bench, 0, 10);
    const later = [
      ...bench.receive(10, peerSuccess(first(sent, 'relay'), RELAYED), REMOTE, 'relay'),
      ...bench.receive(11, peerSuccess(first(sent, 'main'))),
      ...run(bench, 12, 20),
    ];
    expect(later.filter(nominates).map(({ socket }) => socket)).toEqual(['main']);
  });

  it('is left when a direct one opens later, nominated by us', () => {
    const bench = createRelayedBench({ relayGraceMs: 0 });
    connectRelayed(bench);
    // The direct pair is checked on, and answers at last.
    const late = first(run(bench, 2000, 3000), 'main');
    const nomination = [...bench.receive(3000, peerSuccess(late)), ...run(bench, 3000, 3010)].find(nominates);
    if (!nomination) throw new Error('no nomination');
    expect(nomination.socket).toBe('main');
    bench.receive(3010, peerSuccess(nomination));
    expect(kinds(bench).slice(-2)).toEqual(['pair-valid', 'pair-switched']);
    expect(bench.agent.selected()).toMatchObject({ socket: 'main', remote: { endpoint: REMOTE } });
    expect(run(bench, 3011, 4000).filter(({ socket }) => socket === 'relay')).toEqual([]);
  });

  it('is left when a direct one opens later, nominated by the peer', () => {
    const bench = createRelayedBench({ role: 'controlled' });
    const check = first(run(bench, 0, 10), 'relay');
    const asks = (nominated: boolean) => peerCheck({ role: 'ICE-CONTROLLING', nominates: nominated });
    bench.receive(10, peerSuccess(check, RELAYED), REMOTE, 'relay');
    bench.receive(11, asks(true), REMOTE, 'relay');
    expect(bench.agent.selected()?.socket).toBe('relay');
    const [, triggered] = [...bench.receive(500, asks(true)), ...run(bench, 500, 510)];
    if (!triggered) throw new Error('no triggered check');
    bench.receive(511, peerSuccess(triggered));
    expect(kinds(bench).slice(-2)).toEqual(['pair-valid', 'pair-switched']);
    expect(bench.agent.selected()?.socket).toBe('main');
  });

  it('still takes what the peer sends on it after the switch', () => {
    const bench = createRelayedBench({ relayGraceMs: 0 });
    connectRelayed(bench);
    const late = first(run(bench, 2000, 3000), 'main');
    const nomination = [...bench.receive(3000, peerSuccess(late)), ...run(bench, 3000, 3010)].find(nominates);
    if (!nomination) throw new Error('no nomination');
    bench.receive(3010, peerSuccess(nomination));
    const data = { socket: 'relay', from: REMOTE, bytes: Uint8Array.of(0xff) };
    expect(bench.agent.handleDatagram(3011, data)).toBe('peer');
  });
});

describe('an endpoint that nobody told of', () => {
  it.each([
    ['at the address of a relay is one of that relay', '203.0.113.10', 'relay'],
    ['anywhere else is one of the peer itself', '203.0.113.11', 'prflx'],
  ])('%s', (_what, address, type) => {
    const bench = createBench({ role: 'controlled', relays: new Set(['203.0.113.10']) });
    bench.drain(0);
    bench.receive(1, peerCheck({ role: 'ICE-CONTROLLING' }), { address, port: 50_000 });
    const found = bench.events.flatMap((event) => (event.kind === 'remote-candidate' ? [event.candidate] : []));
    expect(found).toMatchObject([{ type, endpoint: { address, port: 50_000 } }]);
  });
});
