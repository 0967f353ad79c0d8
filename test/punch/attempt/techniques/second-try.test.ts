import { describe, expect, it } from 'vitest';
import { encodeCheck } from '../../../../src/ice/checks/messages.ts';
import type { Role } from '../../../../src/ice/role.ts';
import { createSecondTry } from '../../../../src/punch/attempt/techniques/second-try.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { shortTermKey } from '../../../../src/stun/integrity.ts';
import { createFacts, PEER_ENDPOINT, RANDOM, SERVER } from './facts.ts';

const STABLE = { isMoving: false, allocation: RANDOM };
/** The attempt starts at 1000, the second try 600 ms later. */
const BEGUN = 1600;
const PEER_PORT = 9009;
const FRESH = { address: '10.0.0.2', port: 5000 };

/** A second try whose sockets are open, and what it wants. */
function begun(role: Role, sides: { readonly own?: typeof STABLE; readonly other?: typeof STABLE } = {}) {
  const { facts, taken } = createFacts({ own: STABLE, other: STABLE, ...sides, role });
  const technique = createSecondTry(facts);
  technique.advance(BEGUN);
  const sockets = taken().flatMap((output) => (output.kind === 'open' ? [output.socket] : []));
  for (const [index, socket] of sockets.entries()) {
    technique.handleOpened(BEGUN, socket, { ...FRESH, port: FRESH.port + index });
  }
  technique.advance(BEGUN);
  const asked = taken();
  /** Has the server answer that socket's Binding, and say where it sees it. */
  const answer = (socket: string, port: number, address = '198.51.100.1'): void => {
    const binding = asked.find((output) => output.kind === 'transmit' && output.socket === socket);
    const request = binding?.kind === 'transmit' ? decode(binding.bytes) : null;
    if (!request?.ok) throw new Error(`${socket} has not asked`);
    const bytes = encode({
      class: 'success',
      method: METHOD.binding,
      transactionId: request.message.transactionId,
      attributes: [{ type: 'XOR-MAPPED-ADDRESS', value: { address, port } }],
    });
    technique.handleDatagram(BEGUN, { socket, from: SERVER, bytes });
  };
  const step = (now = BEGUN) => {
    const until = technique.advance(now);
    return { until, outputs: taken() };
  };
  return { facts, technique, sockets, answer, step };
}

const told = (...ports: number[]) => ({ kind: 'tell', signal: { type: 'ports', ports } });
const opener = (socket: string, ttl: number) => ({
  kind: 'transmit',
  socket,
  to: { ...PEER_ENDPOINT, port: PEER_PORT },
  bytes: expect.any(Uint8Array),
  ttl,
});

describe('the controlling side', () => {
  it('waits for 600 ms, then opens a socket for each TTL', () => {
    const { facts, taken } = createFacts({ own: STABLE, other: STABLE, role: 'controlling' });
    const technique = createSecondTry(facts);
    expect(technique.advance(1599)).toBe(1600);
    expect(taken()).toEqual([]);
    technique.advance(1600);
    expect(taken()).toEqual(['again', 'again 1', 'again 2', 'again 3'].map((socket) => ({ kind: 'open', socket })));
  });

  it('opens toward the port of the peer from each, with a TTL of 2 to 5, and only then tells where they are', () => {
    const { technique, sockets, answer, step } = begun('controlling');
    for (const [index, socket] of sockets.entries()) answer(socket, 7001 + index);
    expect(step().outputs).toEqual([]);
    technique.handlePorts([PEER_PORT]);
    expect(step().outputs).toEqual([
      opener('again', 2),
      opener('again 1', 3),
      opener('again 2', 4),
      opener('again 3', 5),
      told(7001, 7002, 7003, 7004),
    ]);
    expect(step().outputs).toEqual([]);
  });

  it('tells the one of the smallest TTL first, whichever answer of the server is lost, and no port twice', () => {
    const { technique, answer, step } = begun('controlling');
    technique.handlePorts([PEER_PORT]);
    answer('again 2', 7003);
    expect(step().outputs).toEqual([]);
    answer('again', 7001);
    expect(step().outputs).toEqual([opener('again', 2), told(7001)]);
    answer('again 1', 7002);
    expect(step().outputs).toEqual([opener('again 1', 3), opener('again 2', 4), told(7002, 7003)]);
  });

  it('does without a socket that the system refuses', () => {
    const { facts, taken } = createFacts({ own: STABLE, other: STABLE, role: 'controlling' });
    const technique = createSecondTry(facts);
    technique.advance(BEGUN);
    taken();
    for (const socket of ['again', 'again 1', 'again 2']) technique.handleOpened(BEGUN, socket, null);
    technique.handleOpened(BEGUN, 'again 3', FRESH);
    technique.advance(BEGUN);
    expect(taken()).toMatchObject([{ kind: 'transmit', socket: 'again 3', to: SERVER }]);
    technique.handleOpened(BEGUN, 'again 3', null);
    expect(technique.advance(BEGUN)).toBe(Number.POSITIVE_INFINITY);
    expect(taken()).toEqual([]);
  });

  it('sends toward one port, however many the peer tells', () => {
    const { technique, answer, step } = begun('controlling');
    technique.handlePorts([PEER_PORT, 9010, 9011]);
    technique.handlePorts([9012]);
    answer('again', 7001);
    expect(step().outputs).toEqual([opener('again', 2), told(7001)]);
  });

  it('checks from the sockets that it has told when the peer says that it has sent to them', () => {
    const { facts, technique, answer, step } = begun('controlling');
    technique.handlePorts([PEER_PORT]);
    answer('again', 7001);
    step();
    expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch']);
    technique.handlePorts([]);
    expect(step().outputs).toEqual([]);
    expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch', 'again']);
  });

  it('gives the agent the socket at which a check of the peer arrives, keeps others out, and closes the rest', () => {
    const { facts, technique, answer, step } = begun('controlling');
    technique.handlePorts([PEER_PORT]);
    for (const [index, socket] of ['again', 'again 1'].entries()) answer(socket, 7001 + index);
    step();
    const arrival = { socket: 'again 1', from: { ...PEER_ENDPOINT, port: PEER_PORT } };
    expect(technique.handleDatagram(BEGUN, { ...arrival, bytes: Uint8Array.of(1, 2, 3) })).toBe(true);
    expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch']);
    const bytes = encodeCheck({
      transactionId: facts.randomBytes(12),
      username: `${facts.own.credentials.ufrag}:${facts.other.credentials.ufrag}`,
      key: shortTermKey(facts.own.credentials.pwd),
      priority: 1,
      role: 'controlled',
      tieBreaker: 7n,
      nominates: false,
    });
    expect(technique.handleDatagram(BEGUN, { ...arrival, bytes })).toBe(false);
    expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch', 'again 1']);
    technique.stop();
    expect(step()).toEqual({
      until: Number.POSITIVE_INFINITY,
      outputs: ['again', 'again 2', 'again 3'].map((socket) => ({ kind: 'close', socket })),
    });
  });

  it('closes a socket that opens after the end', () => {
    const { facts, taken } = createFacts({ own: STABLE, other: STABLE, role: 'controlling' });
    const technique = createSecondTry(facts);
    technique.advance(BEGUN);
    technique.stop();
    taken();
    technique.handleOpened(BEGUN, 'again', FRESH);
    expect(taken()).toEqual([{ kind: 'close', socket: 'again' }]);
  });
});

describe('the controlled side', () => {
  it('tells its one port, and sends nothing to the peer before that has told its own', () => {
    const { facts, sockets, answer, step } = begun('controlled');
    expect(sockets).toEqual(['again']);
    answer('again', 7001);
    expect(step()).toEqual({ until: Number.POSITIVE_INFINITY, outputs: [told(7001)] });
    expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch']);
  });

  it('says that it has sent to every port it was told, once each has had its turn', () => {
    const { facts, technique, answer, step } = begun('controlled');
    answer('again', 7001);
    step();
    technique.handlePorts([9001, 9002, 9003, 9004]);
    // Five slots of 5 ms.
    expect(step()).toEqual({ until: BEGUN + 25, outputs: [] });
    expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch', 'again']);
    expect(step(BEGUN + 25)).toEqual({ until: Number.POSITIVE_INFINITY, outputs: [told()] });
    expect(step(BEGUN + 50)).toEqual({ until: Number.POSITIVE_INFINITY, outputs: [] });
  });

  it('sends toward four ports, however many the peer tells', () => {
    const { technique, answer, step } = begun('controlled');
    answer('again', 7001);
    step();
    technique.handlePorts(Array.from({ length: 16 }, (_, index) => 9001 + index));
    expect(step().until).toBe(BEGUN + 25);
    technique.handlePorts([9100]);
    expect(step().until).toBe(BEGUN + 25);
  });
});

describe('a side whose NAT is symmetric', () => {
  const MOVING = { isMoving: true, allocation: RANDOM };

  it('opens eight sockets, tells each address at which the server sees one, and gives all to the agent', () => {
    const { facts, technique, sockets, answer, step } = begun('controlled', { own: MOVING });
    expect(sockets.length).toBe(8);
    answer(sockets[1] ?? '', 7002, '198.51.100.2');
    answer(sockets[2] ?? '', 7003, '198.51.100.2');
    expect(step().outputs).toEqual([{ kind: 'tell', signal: { type: 'address', address: '198.51.100.2' } }]);
    answer(sockets[0] ?? '', 7001);
    expect(step().outputs).toEqual([
      { kind: 'tell', signal: { type: 'address', address: '198.51.100.1' } },
      told(7001),
    ]);
    technique.handlePorts([9001]);
    expect(step().outputs).toEqual([]);
    expect(facts.agent.localCandidates().map(({ socket }) => socket)).toEqual(['punch', ...sockets]);
  });

  it('opens one where the other side is symmetric too', () => {
    expect(begun('controlled', { own: MOVING, other: MOVING }).sockets).toEqual(['again']);
  });
});

describe('a side that is told other addresses of its peer', () => {
  const toward = (address: string) => ({
    kind: 'transmit',
    socket: 'punch',
    to: { address, port: PEER_ENDPOINT.port },
    bytes: expect.any(Uint8Array),
    ttl: 5,
  });

  it('opens toward each once, by a packet that ends on the way', () => {
    const { technique, step } = begun('controlling');
    for (const address of ['198.51.100.8', '198.51.100.9', '198.51.100.8']) technique.handleAddress?.(address);
    expect(step().outputs).toEqual([toward('198.51.100.8'), toward('198.51.100.9')]);
  });

  it.each(['192.168.1.1', '100.64.0.1', '127.0.0.1', '169.254.1.1', '224.0.0.1', '2001:db8::1', PEER_ENDPOINT.address])(
    'sends nothing toward %s',
    (address) => {
      const { technique, step } = begun('controlling');
      technique.handleAddress?.(address);
      expect(step().outputs).toEqual([]);
    },
  );

  it('opens toward eight at the most, and toward none once it has heard the peer', () => {
    const { technique, step } = begun('controlling');
    for (let last = 10; last < 30; last++) technique.handleAddress?.(`198.51.100.${last}`);
    expect(step().outputs.length).toBe(8);
    const other = begun('controlling');
    other.technique.stop();
    other.step();
    other.technique.handleAddress?.('198.51.100.8');
    expect(other.step().outputs).toEqual([]);
  });
});
