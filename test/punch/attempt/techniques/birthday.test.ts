/** The birthday from both sides: bounded in packets and rate, and no socket left open by any end. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { PairReport } from '../../../../src/ice/checklist/pair.ts';
import { createOpeners, createProber } from '../../../../src/punch/attempt/techniques/birthday.ts';
import { encodeOpener } from '../../../../src/punch/attempt/techniques/opener.ts';
import type { TechniqueOutput } from '../../../../src/punch/attempt/techniques/technique.ts';
import { createFacts, PEER_ENDPOINT, RANDOM } from './facts.ts';

const MOVING = { isMoving: true, allocation: RANDOM } as const;
const STABLE = { isMoving: false, allocation: RANDOM } as const;
const BLOCK = {
  isMoving: true,
  allocation: { kind: 'range', step: null, range: { first: 2000, last: 2099 } },
} as const;

const named = (outputs: readonly TechniqueOutput[], kind: 'open' | 'close'): readonly string[] =>
  outputs.flatMap((output) => (output.kind === kind ? [output.socket] : []));
const transmits = (outputs: readonly TechniqueOutput[]) =>
  outputs.flatMap((output) => (output.kind === 'transmit' ? [output] : []));

/** Those that are not to end on the way. */
const arriving = (outputs: readonly TechniqueOutput[]) => transmits(outputs).filter(({ ttl }) => ttl === undefined);

/** A pair of the first socket with the peer at that endpoint. */
function pairWith(endpoint: Endpoint): PairReport {
  const candidate = { foundation: '1', priority: 1, related: null } as const;
  const { facts } = createFacts({ own: MOVING, other: MOVING });
  const [local] = facts.agent.localCandidates();
  if (!local) throw new Error('the agent has a candidate');
  return { socket: 'punch', local, remote: { type: 'prflx', endpoint, ...candidate } };
}

/** Lets it act at each millisecond until `end`; how many packets there were in each. */
function run(technique: ReturnType<typeof createProber>, from: number, end: number): void {
  for (let now = from; now <= end; now++) for (let steps = 0; technique.advance(now) <= now && steps < 5000; steps++);
}

describe('the moving side', () => {
  function open() {
    const { facts, taken } = createFacts({ own: MOVING, other: STABLE });
    const technique = createOpeners(facts);
    technique.advance(0);
    const names = named(taken(), 'open');
    for (const [index, name] of names.entries()) {
      technique.handleOpened(1, name, { address: '10.0.0.2', port: 20_000 + index });
    }
    return { facts, taken, technique, names, loud: names.slice(0, 256), quiet: names.slice(256) };
  }

  it('asks for twice 256 sockets, and sends from each once, 500 a second of either half, from the instant on', () => {
    const { taken, technique, names, loud } = open();
    expect(new Set(names).size).toBe(512);
    run(technique, 0, 999);
    expect(taken()).toEqual([]);
    run(technique, 1000, 1099);
    expect(arriving(taken()).map(({ socket, to }) => [socket, to])).toEqual(
      loud.slice(0, 50).map((name) => [name, PEER_ENDPOINT]),
    );
    run(technique, 1100, 5000);
    expect(transmits(taken()).length).toBe(2 * 206);
  });

  it('sends from the second half what ends on the way: past one NAT, and of each fourth past four', () => {
    const { taken, technique, quiet } = open();
    run(technique, 1000, 1099);
    const sent = transmits(taken()).filter(({ ttl }) => ttl !== undefined);
    expect(sent.map(({ socket, to, ttl }) => [socket, to, ttl])).toEqual(
      quiet.slice(0, 50).map((name, index) => [name, PEER_ENDPOINT, index % 4 === 3 ? 5 : 2]),
    );
  });

  it('toward a router that answers early packets sends nothing that arrives in the first round', () => {
    const { facts, taken } = createFacts({ own: MOVING, other: { ...STABLE, isSpoilt: true } });
    const technique = createOpeners(facts);
    technique.advance(0);
    const names = named(taken(), 'open');
    expect(new Set(names).size).toBe(512);
    for (const [index, name] of names.entries()) {
      technique.handleOpened(1, name, { address: '10.0.0.2', port: 20_000 + index });
    }
    run(technique, 1000, 1099);
    expect(transmits(taken()).length).toBe(100);
    run(technique, 1100, 3047);
    // Neither do the checks of the agent arrive.
    expect(technique.mayBegin()).toBe(false);
    expect(new Set(transmits(taken()).map(({ ttl }) => ttl))).toEqual(new Set([2]));
    run(technique, 3048, 5295);
    expect(technique.mayBegin()).toBe(true);
    const farther = transmits(taken());
    expect(farther.map(({ ttl }) => ttl)).toEqual(Array(512).fill(5));
    expect(new Set(farther.map(({ socket }) => socket))).toEqual(new Set(names));
    technique.advance(5296);
    for (const [index, name] of named(taken(), 'open').entries()) {
      technique.handleOpened(5297, name, { address: '10.0.0.2', port: 30_000 + index });
    }
    run(technique, 5297, 9000);
    expect(arriving(taken()).length).toBe(256);
  });

  it('takes fresh sockets for a second round, when the other side has probed all that it will', () => {
    const { taken, technique, names } = open();
    run(technique, 1000, 5295);
    expect(transmits(taken()).length).toBe(512);
    technique.advance(5296);
    const again = taken();
    expect(named(again, 'close')).toEqual(names);
    const fresh = named(again, 'open');
    expect([fresh.length, fresh.filter((name) => names.includes(name))]).toEqual([256, []]);
    for (const [index, name] of fresh.entries()) {
      technique.handleOpened(5297, name, { address: '10.0.0.2', port: 30_000 + index });
    }
    run(technique, 5297, 9000);
    expect(transmits(taken()).map(({ socket }) => socket)).toEqual(fresh);
  });

  it('waits until the peer has shown where it sends from, and then sends there at the same rate', () => {
    const { facts, taken } = createFacts({ own: MOVING, other: MOVING, isShown: true });
    const technique = createOpeners(facts);
    technique.advance(0);
    for (const [index, name] of named(taken(), 'open').entries()) {
      technique.handleOpened(1, name, { address: '10.0.0.2', port: 20_000 + index });
    }
    run(technique, 1000, 1499);
    expect(taken()).toEqual([]);
    const shown = { ...PEER_ENDPOINT, port: 9999 };
    technique.handleEvent({ kind: 'check-received', at: 1500, pair: pairWith(shown) });
    run(technique, 1500, 1599);
    expect(transmits(taken()).map(({ to }) => to)).toEqual(Array(50).fill(shown));
  });

  it('begins again toward the port that the peer has moved to, from the same sockets', () => {
    const { taken, technique, loud, quiet } = open();
    run(technique, 1000, 1099);
    taken();
    const moved = { ...PEER_ENDPOINT, port: 9999 };
    technique.handleMoved?.(1100, moved);
    run(technique, 1100, 1199);
    const sent = transmits(taken());
    for (const half of [loud, quiet]) {
      expect(sent.flatMap(({ socket, to }) => (half.includes(socket) ? [[socket, to]] : []))).toEqual(
        half.slice(0, 50).map((name) => [name, moved]),
      );
    }
  });

  it('lets the agent begin at once when nothing is spoilt by that, or the peer has been met', () => {
    expect(open().technique.mayBegin()).toBe(true);
    const { facts } = createFacts({ own: MOVING, other: { ...STABLE, isSpoilt: true } });
    const technique = createOpeners(facts);
    expect(technique.mayBegin()).toBe(false);
    technique.stop();
    expect(technique.mayBegin()).toBe(true);
  });

  it('at the first check of the peer keeps that socket, closes the others and falls silent', () => {
    const { taken, technique, names } = open();
    run(technique, 1000, 1100);
    taken();
    const peer = createFacts({ own: STABLE, other: MOVING, role: 'controlling' });
    const [, , hit = ''] = names;
    const arrival = { socket: hit, from: PEER_ENDPOINT, bytes: encodeOpener(peer.facts) };
    expect(technique.handleDatagram(1101, arrival)).toBe(true);
    expect(named(taken(), 'close').toSorted()).toEqual(names.filter((name) => name !== hit).toSorted());
    run(technique, 1102, 9000);
    expect(taken()).toEqual([]);
    // From now on the socket is the agent's.
    expect(technique.handleDatagram(1103, arrival)).toBe(false);
  });

  it('takes nothing of a stranger for a hit', () => {
    const { facts, taken, technique, names } = open();
    const [hit = ''] = names;
    // Under the wrong one of the two passwords.
    const bytes = encodeOpener(facts);
    expect(technique.handleDatagram(1001, { socket: hit, from: PEER_ENDPOINT, bytes })).toBe(true);
    expect(technique.handleDatagram(1001, { socket: hit, from: PEER_ENDPOINT, bytes: Uint8Array.of(1, 2) })).toBe(true);
    expect(named(taken(), 'close')).toEqual([]);
  });

  it('closes every socket when it is stopped, those that open later too', () => {
    const { facts, taken } = createFacts({ own: MOVING, other: STABLE });
    const technique = createOpeners(facts);
    technique.advance(0);
    const names = named(taken(), 'open');
    for (const name of names.slice(0, 100)) technique.handleOpened(1, name, { address: '10.0.0.2', port: 1 });
    technique.stop();
    for (const name of names.slice(100)) technique.handleOpened(2, name, { address: '10.0.0.2', port: 1 });
    expect(named(taken(), 'close')).toEqual(names);
  });

  it('goes on with fewer where the system refuses some', () => {
    const { facts, taken } = createFacts({ own: MOVING, other: STABLE });
    const technique = createOpeners(facts);
    technique.advance(0);
    for (const [index, name] of named(taken(), 'open').entries()) {
      technique.handleOpened(1, name, index % 2 === 0 ? { address: '10.0.0.2', port: 1 } : null);
    }
    run(technique, 1000, 9000);
    expect(transmits(taken()).length).toBe(256);
  });
});

describe('the other side', () => {
  it('probes 2,048 different ports, 500 a second, from its one socket', () => {
    const { facts, taken } = createFacts({ own: STABLE, other: MOVING });
    const technique = createProber(facts);
    run(technique, 1000, 1999);
    const first = transmits(taken());
    expect(first.length).toBe(500);
    run(technique, 2000, 9000);
    const sent = [...first, ...transmits(taken())];
    expect(new Set(sent.map(({ to }) => to.port)).size).toBe(2048);
    expect(new Set(sent.map(({ socket, to }) => `${socket} ${to.address}`))).toEqual(new Set(['punch 198.51.100.7']));
  });

  it('probes a block that is known, and no port beyond it', () => {
    const { facts, taken } = createFacts({ own: STABLE, other: BLOCK });
    const technique = createProber(facts);
    run(technique, 1000, 9000);
    const ports = transmits(taken()).map(({ to }) => to.port);
    expect(ports.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => 2000 + index));
  });

  it('stops at the first check that comes in', () => {
    const { facts, taken } = createFacts({ own: STABLE, other: MOVING });
    const technique = createProber(facts);
    run(technique, 1000, 1100);
    taken();
    const [local] = facts.agent.localCandidates();
    if (!local) throw new Error('no candidate');
    const remote = { type: 'prflx', endpoint: PEER_ENDPOINT, foundation: 'x', priority: 1, related: null } as const;
    technique.handleEvent({ at: 1101, kind: 'check-received', pair: { socket: 'punch', local, remote } });
    run(technique, 1101, 9000);
    expect(taken()).toEqual([]);
  });
});
