/** Port prediction from both sides: what is asked, told, learnt, and when checks may begin. */
import { describe, expect, it } from 'vitest';
import type { PortAssignment } from '../../../../src/punch/attempt/techniques/choose-technique.ts';
import { createPrediction } from '../../../../src/punch/attempt/techniques/prediction.ts';
import type { TechniqueOutput } from '../../../../src/punch/attempt/techniques/technique.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { createFacts, PEER_ENDPOINT, RANDOM, SERVER } from './facts.ts';

const COUNTED: PortAssignment = { kind: 'sequential', step: 2, range: null };
const KEPT: PortAssignment = { kind: 'preserved', step: null, range: null };
const STABLE = { isMoving: false, allocation: RANDOM } as const;
const LOCAL = { address: '10.0.0.2', port: 5555 };

/** The server's answer to the Binding in that output: it was seen at that port. */
function answerTo(output: TechniqueOutput | undefined, port: number, from = SERVER) {
  if (output?.kind !== 'transmit') throw new Error('no Binding');
  const request = decode(output.bytes);
  if (!request.ok) throw new Error('no STUN');
  const { transactionId } = request.message;
  const value = { address: '192.0.2.9', port };
  const attributes = [{ type: 'XOR-MAPPED-ADDRESS', value } as const];
  const bytes = encode({ class: 'success', method: METHOD.binding, transactionId, attributes });
  return { socket: output.socket, from, bytes };
}

describe('a side whose NAT counts', () => {
  it('sees where the counter stands, tells what comes next, and begins when the other has opened toward that', () => {
    const { facts, taken } = createFacts({ own: { isMoving: true, allocation: COUNTED }, other: STABLE });
    const technique = createPrediction(facts);
    expect(technique.advance(999)).toBe(1000);
    technique.advance(1000);
    expect(taken()).toEqual([{ kind: 'open', socket: 'sample' }]);
    technique.handleOpened(1001, 'sample', LOCAL);
    technique.advance(1001);
    const [binding] = taken();
    expect(binding).toMatchObject({ kind: 'transmit', socket: 'sample', to: SERVER });
    expect(technique.mayBegin()).toBe(false);
    technique.handleDatagram(1002, answerTo(binding, 40_000, { ...SERVER, port: 1 }));
    expect(taken()).toEqual([]);
    technique.handleDatagram(1003, answerTo(binding, 40_000));
    const ports = Array.from({ length: 16 }, (_, index) => 40_002 + 2 * index);
    expect(taken()).toEqual([
      { kind: 'tell', signal: { type: 'ports', ports } },
      { kind: 'close', socket: 'sample' },
    ]);
    expect(technique.mayBegin()).toBe(false);
    technique.handlePorts([]);
    expect(technique.mayBegin()).toBe(true);
  });

  it('asks again while nobody answers, and begins without after two seconds', () => {
    const { facts, taken } = createFacts({ own: { isMoving: true, allocation: COUNTED }, other: STABLE });
    const technique = createPrediction(facts);
    technique.advance(1000);
    technique.handleOpened(1000, 'sample', LOCAL);
    const at: number[] = [];
    for (let now = 1000; now <= 3000; now++) {
      taken();
      while (technique.advance(now) <= now && at.length < 100);
      if (taken().some(({ kind }) => kind === 'transmit')) at.push(now);
    }
    expect(at).toEqual([1000, 1100, 1300, 1700, 2500]);
    expect(technique.mayBegin()).toBe(true);
    technique.stop();
    expect(taken()).toEqual([{ kind: 'close', socket: 'sample' }]);
  });
});

it('a side whose sockets each have a counter of their own punches from the socket that it has sampled', () => {
  const allocation: PortAssignment = { ...COUNTED, perSocket: true };
  const { facts, taken } = createFacts({ own: { isMoving: true, allocation }, other: STABLE });
  const technique = createPrediction(facts);
  technique.advance(1000);
  technique.handleOpened(1001, 'sample', LOCAL);
  technique.advance(1001);
  const binding = taken().find(({ kind }) => kind === 'transmit');
  technique.handleDatagram(1002, answerTo(binding, 40_000));
  const ports = Array.from({ length: 16 }, (_, index) => 40_002 + 2 * index);
  expect(taken()).toEqual([{ kind: 'tell', signal: { type: 'ports', ports } }]);
  expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch', 'sample']);
  // From now on the socket is the agent's, which closes with the path.
  expect(technique.handleDatagram(1003, answerTo(binding, 40_000))).toBe(false);
  technique.stop();
  expect(taken()).toEqual([]);
});

it('a side whose NAT keeps the port of a fresh socket tells that port', () => {
  const { facts, taken } = createFacts({ own: { isMoving: true, allocation: KEPT }, other: STABLE });
  const technique = createPrediction(facts);
  technique.advance(1000);
  expect(taken()).toEqual([{ kind: 'open', socket: 'fresh' }]);
  technique.handleOpened(1001, 'fresh', LOCAL);
  expect(taken()).toEqual([{ kind: 'tell', signal: { type: 'ports', ports: [5555] } }]);
  technique.handlePorts([]);
  expect(technique.mayBegin()).toBe(true);
  expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch', 'fresh']);
});

/** A stable side that has told nothing yet, with its other sockets open; the server sees them at 8001 to 8004. */
function stable() {
  const { facts, taken } = createFacts({ own: STABLE, other: { isMoving: true, allocation: COUNTED } });
  const technique = createPrediction(facts);
  technique.advance(1000);
  const asides = taken().flatMap((output) => (output.kind === 'open' ? [output.socket] : []));
  const open = (now: number): readonly TechniqueOutput[] => {
    for (const [index, socket] of asides.entries()) {
      technique.handleOpened(now, socket, { ...LOCAL, port: 5001 + index });
    }
    technique.advance(now);
    const outputs = taken();
    for (const [index, socket] of asides.entries()) {
      const binding = outputs.find((output) => output.kind === 'transmit' && output.socket === socket);
      technique.handleDatagram(now, answerTo(binding, 8001 + index));
    }
    return outputs;
  };
  const openers = (socket: string, ttl: number, ports: readonly number[]) =>
    ports.map((port) => ({ kind: 'transmit', socket, to: { ...PEER_ENDPOINT, port }, ttl }));
  return { facts, taken, technique, asides, open, openers };
}

describe('a side that is stable, where the peer counts', () => {
  it('opens toward the ports from four other sockets, with TTLs of 2 to 5, and tells where they are', () => {
    const { taken, technique, asides, open, openers } = stable();
    expect(asides).toEqual(['aside', 'aside 1', 'aside 2', 'aside 3']);
    open(1001);
    technique.handlePorts([40_002, 40_004]);
    technique.advance(1100);
    expect(taken()).toMatchObject(asides.flatMap((socket, index) => openers(socket, index + 2, [40_002, 40_004])));
    technique.advance(1185);
    expect(taken()).toEqual([{ kind: 'tell', signal: { type: 'ports', ports: [8001, 8002, 8003, 8004] } }]);
  });

  it('does so as well where the ports come before its sockets are open, and tells none that has not', () => {
    const { facts, taken, technique, open, openers } = stable();
    technique.handlePorts([40_002]);
    technique.advance(1000);
    expect(taken()).toEqual([]);
    expect(open(1001).filter((output) => output.kind === 'transmit' && output.to.port === 40_002)).toMatchObject(
      ['aside', 'aside 1', 'aside 2', 'aside 3'].flatMap((socket, index) => openers(socket, index + 2, [40_002])),
    );
    // Its checks leave from the first socket alone.
    expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch']);
    technique.stop();
    expect(taken()).toEqual(['aside', 'aside 1', 'aside 2', 'aside 3'].map((socket) => ({ kind: 'close', socket })));
  });
});

it('a side that is stable opens no other sockets where the peer keeps the port of a fresh one, which has one only', () => {
  const { facts, taken } = createFacts({ own: STABLE, other: { isMoving: true, allocation: KEPT } });
  const technique = createPrediction(facts);
  technique.advance(1000);
  expect(taken()).toEqual([]);
});

it('a side that is stable waits for the ports, opens toward all of them, and says so', () => {
  const { facts, taken } = createFacts({ own: STABLE, other: { isMoving: true, allocation: KEPT } });
  const technique = createPrediction(facts);
  technique.advance(1000);
  expect([taken(), technique.mayBegin()]).toEqual([[], false]);
  technique.handlePorts([40_002, 40_004]);
  expect(technique.mayBegin()).toBe(true);
  // Sixteen checks at the agent's pace, and one to spare.
  expect([technique.advance(1100), taken()]).toEqual([1165, []]);
  technique.advance(1185);
  expect(taken()).toEqual([{ kind: 'tell', signal: { type: 'ports', ports: [] } }]);
});
