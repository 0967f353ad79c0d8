/**
 * What a hostile peer makes a punch send to somebody else (RFC 8445 §19.5.1): counted at the victim, with all that a peer can
 * tell, and by asking again and again.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { CHECKS_MAX, CHECKS_PER_ADDRESS } from '../../../src/ice/checks/budget.ts';
import { openUdpSocket, type UdpSocket } from '../../../src/net/udp-socket.ts';
import { createPunchBudget, INTRODUCTIONS_MAX, PROBES_MAX } from '../../../src/punch/attempt/budget.ts';
import { candidateAgent } from '../../../src/punch/attempt/candidates/candidate-agent.ts';
import { createIntroducedAttempt } from '../../../src/punch/attempt/introduced-attempt.ts';
import { CANDIDATES_MAX } from '../../../src/rendezvous/protocol/bounds.ts';
import type { ToldBehavior } from '../../../src/rendezvous/protocol/fields.ts';
import { join, ROOM, startTestServer, TOLD } from '../../net/rendezvous/peers.ts';
import { startPunch } from '../punches.ts';

const candidateLine = ({ address, port }: Endpoint, index: number): string =>
  `${index} 1 udp ${2_000_000_000 - index} ${address} ${port} typ srflx`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Sockets of one address that count what comes. */
async function openVictims(address: string, count: number) {
  const marker = Uint8Array.of(0);
  let [heard, marked] = [0, 0];
  const sockets: UdpSocket[] = [];
  for (let n = 0; n < count; n++) {
    const socket = await openUdpSocket({ address, port: 0 });
    socket.onDatagram((bytes) => (bytes.length === marker.length ? marked++ : heard++));
    sockets.push(socket);
  }
  return {
    endpoints: sockets.map(({ local }) => local),
    heard: () => heard,
    /** All that was sent to them until now. */
    total: async () => {
      for (const socket of sockets) socket.send(marker, socket.local, () => {});
      await until(() => marked === count);
      return heard;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) await socket[Symbol.asyncDispose]();
    },
  };
}

it('a peer that tells of 32 endpoints of somebody else, again and again, is met three times and has 128 packets sent there', async () => {
  await using server = await startTestServer();
  await using victims = await openVictims('127.0.0.66', CANDIDATES_MAX);
  const alice = startPunch(server, { id: 'alice', peer: 'mallory', room: ROOM });
  await using mallory = await join(server, 'mallory');
  await mallory.bind();
  for (let met = 0; met < INTRODUCTIONS_MAX; met++) {
    mallory.client.ask('alice', { ...TOLD, candidates: victims.endpoints.map(candidateLine) });
    await mallory.next('introduction');
    await until(() => victims.heard() >= CHECKS_PER_ADDRESS);
  }
  mallory.client.ask('alice', TOLD);
  await using punched = await alice.result;
  expect(punched.report).toMatchObject({
    outcome: 'failed',
    reason: 'no-path',
    detail: 'mallory was introduced 3 times, and each time it was lost before there was a path',
  });
  expect(await victims.total()).toBe(128);
});

describe('all that one punch sends to endpoints that never answer, over three introductions', () => {
  const OWN: Endpoint = { address: '203.0.113.7', port: 40_000 };
  const SERVER: Endpoint = { address: '203.0.113.10', port: 3478 };
  const PEER: Endpoint = { address: '198.51.100.1', port: 5000 };
  const STABLE: ToldBehavior = { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' };
  const MOVING: ToldBehavior = {
    mapping: 'address-and-port-dependent',
    filtering: 'address-and-port-dependent',
    allocation: { kind: 'random', step: null, range: null },
  };

  /** Lets the attempt of each introduction go on until it has failed, and counts its packets by address. */
  function countPackets(told: {
    readonly candidates: readonly Endpoint[];
    readonly technique: 'simultaneous-open' | 'birthday' | 'port-prediction';
    readonly behavior: ToldBehavior;
    /** How often it says that it is seen at another port. */
    readonly moves?: number;
    /** Of how many other addresses of its own it tells. */
    readonly addresses?: number;
  }): ReadonlyMap<string, number> {
    const budget = createPunchBudget();
    const counts = new Map<string, number>();
    for (let met = 0; met < INTRODUCTIONS_MAX; met++) {
      const attempt = createIntroducedAttempt({
        introduction: {
          type: 'introduction',
          peer: 'mallory',
          endpoint: PEER,
          candidates: told.candidates.map(candidateLine),
          behavior: told.behavior,
          own: OWN,
          role: 'controlling',
          key: 'k'.repeat(43),
          startInMs: 0,
        },
        plan: { technique: told.technique },
        behavior: STABLE,
        agentOf: candidateAgent({
          direct: { local: OWN, seen: OWN, server: SERVER.address },
          relay: null,
          randomBytes,
        }),
        ...{
          server: SERVER,
          networks: [],
          budget,
          startAt: 0,
          randomBytes,
          randomInteger: (below: number) => randomInt(below),
        },
      });
      attempt.handleSignal(0, { type: 'ports', ports: Array.from({ length: 16 }, (_, index) => 6000 + index) });
      for (let move = 0; move < (told.moves ?? 0); move++) {
        attempt.handleSignal(0, { type: 'moved', port: 8000 + move });
      }
      for (let address = 0; address < (told.addresses ?? 0); address++) {
        attempt.handleSignal(0, { type: 'address', address: `203.0.113.${100 + address}` });
      }
      for (let now = 0; ; ) {
        const output = attempt.poll(now);
        if (output.kind === 'done') break;
        if (output.kind === 'transmit' && output.to.address !== SERVER.address) {
          counts.set(output.to.address, (counts.get(output.to.address) ?? 0) + 1);
        }
        if (output.kind === 'wait') now = output.until;
      }
    }
    return counts;
  }
  const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);

  it('is 512 checks where it is told of 32 addresses', () => {
    const candidates = Array.from({ length: 32 }, (_, index) => ({ address: `198.51.100.${100 + index}`, port: 9 }));
    const counts = countPackets({ candidates, technique: 'simultaneous-open', behavior: STABLE });
    expect([sum(counts), Math.max(...counts.values())]).toEqual([CHECKS_MAX, 16]);
  });

  it('is the checks of one address and one birthday where its NAT calls for one', () => {
    const counts = countPackets({ candidates: [], technique: 'birthday', behavior: MOVING });
    // Seven checks of its one candidate each time.
    expect([...counts]).toEqual([[PEER.address, PROBES_MAX + 21]]);
    expect(PROBES_MAX).toBe(2084);
  });

  it('is no more where it says again and again that it has moved', () => {
    const counts = countPackets({ candidates: [], technique: 'birthday', behavior: MOVING, moves: 200 });
    expect([...counts]).toEqual([[PEER.address, PROBES_MAX + CHECKS_PER_ADDRESS]]);
  });

  it('is one packet that ends on the way to each of eight addresses where it tells of a hundred', () => {
    const counts = countPackets({ candidates: [], technique: 'simultaneous-open', behavior: MOVING, addresses: 100 });
    const others = Array.from({ length: 8 }, (_, index) => [`203.0.113.${100 + index}`, INTRODUCTIONS_MAX]);
    expect([...counts].filter(([address]) => address !== PEER.address)).toEqual(others);
  });

  it('is the checks of one address where it tells of ports that come next', () => {
    const counts = countPackets({ candidates: [], technique: 'port-prediction', behavior: MOVING });
    expect([...counts]).toEqual([[PEER.address, CHECKS_PER_ADDRESS]]);
  });
});
