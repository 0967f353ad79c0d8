/** Allocate (RFC 8656 §7.2) and its quotas, with exact codes. */
import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../../../src/stun/attribute.ts';
import { METHOD } from '../../../../../src/stun/header.ts';
import { checkIntegrity, longTermKey } from '../../../../../src/stun/integrity.ts';
import { attribute } from '../../../../../src/stun/message.ts';
import { decoded, lifetime, outcomeOf, REALM, REQUESTED_TRANSPORT, requestBytes, USER } from '../../requests.ts';
import { CLIENT, createWorld, PORTS, SERVER, SERVER_V6 } from '../world.ts';

const key = longTermKey({ ...USER, realm: REALM });
const inPorts = (port: number): boolean => port >= PORTS.first && port <= PORTS.last;

describe('Allocate', () => {
  it('gives a relayed endpoint, the lifetime and the client’s endpoint, under the user’s key', () => {
    const world = createWorld();
    const alice = world.client();
    const { nonce } = { nonce: attribute(alice.answerTo(requestBytes(METHOD.allocate, [])), 'NONCE') ?? '' };
    const [bytes = new Uint8Array()] = alice.say(
      requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { shown: { ...USER, nonce } }),
    );
    const answer = decoded(bytes);
    const relayed = attribute(answer, 'XOR-RELAYED-ADDRESS') ?? { address: '', port: 0 };
    expect(relayed.address).toBe(SERVER);
    expect(inPorts(relayed.port)).toBe(true);
    expect(answer.attributes.map(({ type }) => type)).toEqual([
      'XOR-RELAYED-ADDRESS',
      'LIFETIME',
      'XOR-MAPPED-ADDRESS',
      'MESSAGE-INTEGRITY',
    ]);
    expect(attribute(answer, 'LIFETIME')).toBe(600);
    expect(attribute(answer, 'XOR-MAPPED-ADDRESS')).toEqual(CLIENT);
    expect(checkIntegrity(bytes, { algorithm: 'sha1', key })).toBe('valid');
    expect([...world.sockets.values()]).toEqual([relayed]);
    expect(world.relay.population()).toEqual({ udp: 1, tcp: 0, tls: 0 });
  });

  it('is answered with SHA-256 when it came with it', () => {
    const alice = createWorld().client({ algorithm: 'sha256' });
    const answer = alice.ask(METHOD.allocate, [REQUESTED_TRANSPORT]);
    expect(answer.attributes.map(({ type }) => type)).toContain('MESSAGE-INTEGRITY-SHA256');
  });

  it('sent once more gets the same answer, and no second socket', () => {
    const world = createWorld({ opens: 'when told' });
    const alice = world.client();
    const nonce = attribute(alice.answerTo(requestBytes(METHOD.allocate, [])), 'NONCE') ?? '';
    const request = requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { shown: { ...USER, nonce } });
    expect(alice.say(request)).toEqual([]);
    expect(alice.say(request)).toEqual([]);
    world.open();
    const [first] = world.takeReplies();
    world.wait(5_000);
    expect(alice.say(request)).toEqual([first]);
    expect([world.opening.length, world.sockets.size]).toEqual([0, 1]);
    expect(world.relay.counts.allocations).toBe(1);
  });

  it('of another transaction on the same five-tuple is a mismatch: 437', () => {
    const alice = createWorld().client();
    alice.allocate();
    expect(alice.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(437);
  });

  it.each<[string, readonly Attribute[], number]>([
    ['no REQUESTED-TRANSPORT', [], 400],
    ['TCP to the peers', [{ type: 'REQUESTED-TRANSPORT', value: 6 }], 442],
    ['DONT-FRAGMENT', [REQUESTED_TRANSPORT, { type: 'DONT-FRAGMENT', value: true }], 420],
    ['a family that is not served', [REQUESTED_TRANSPORT, { type: 'REQUESTED-ADDRESS-FAMILY', value: 'IPv6' }], 440],
    ['the next port reserved', [REQUESTED_TRANSPORT, { type: 'EVEN-PORT', value: true }], 508],
    ['a reservation', [REQUESTED_TRANSPORT, { type: 'RESERVATION-TOKEN', value: new Uint8Array(8) }], 508],
    [
      'a reservation and an even port',
      [
        REQUESTED_TRANSPORT,
        { type: 'RESERVATION-TOKEN', value: new Uint8Array(8) },
        { type: 'EVEN-PORT', value: false },
      ],
      400,
    ],
    [
      'two families in two ways',
      [
        REQUESTED_TRANSPORT,
        { type: 'REQUESTED-ADDRESS-FAMILY', value: 'IPv4' },
        { type: 'ADDITIONAL-ADDRESS-FAMILY', value: 'IPv6' },
      ],
      400,
    ],
    ['IPv4 as the other family', [REQUESTED_TRANSPORT, { type: 'ADDITIONAL-ADDRESS-FAMILY', value: 'IPv4' }], 400],
    ['an unknown attribute', [REQUESTED_TRANSPORT, { type: 'opaque', code: 0x7777, value: new Uint8Array(4) }], 420],
  ])('with %s is refused, and nothing is opened', (_what, attributes, code) => {
    const world = createWorld();
    expect(world.client().outcome(METHOD.allocate, attributes)).toBe(code);
    expect(world.opening).toEqual([]);
    expect(world.relay.population().udp).toBe(0);
    expect(world.relay.counts.refused[code as 400]).toBe(1);
  });

  it('names what it does not know', () => {
    const answer = createWorld()
      .client()
      .ask(METHOD.allocate, [REQUESTED_TRANSPORT, { type: 'DONT-FRAGMENT', value: true }]);
    expect(attribute(answer, 'UNKNOWN-ATTRIBUTES')).toEqual([0x001a]);
  });

  it('gives an even port to who asks for one', () => {
    const world = createWorld();
    for (let port = 1; port <= 10; port++) {
      const client = world.client({ remote: { ...CLIENT, port } });
      expect(client.allocate([{ type: 'EVEN-PORT', value: false }]).port % 2).toBe(0);
    }
  });

  it('has an address of the family that is asked for', () => {
    const world = createWorld({ addresses: { IPv4: SERVER, IPv6: SERVER_V6 } });
    const alice = world.client();
    expect(alice.allocate([{ type: 'REQUESTED-ADDRESS-FAMILY', value: 'IPv6' }]).address).toBe(SERVER_V6);
    expect(alice.outcome(METHOD.refresh, [{ type: 'REQUESTED-ADDRESS-FAMILY', value: 'IPv4' }])).toBe(443);
  });

  it('says of a second family that it is not there', () => {
    const alice = createWorld().client();
    const answer = alice.ask(METHOD.allocate, [
      REQUESTED_TRANSPORT,
      { type: 'ADDITIONAL-ADDRESS-FAMILY', value: 'IPv6' },
    ]);
    expect(attribute(answer, 'XOR-RELAYED-ADDRESS')?.address).toBe(SERVER);
    expect(attribute(answer, 'ADDRESS-ERROR-CODE')).toMatchObject({ family: 'IPv6', code: 440 });
  });

  it('tries another port when another program has the first', () => {
    const world = createWorld({ opens: 'when told' });
    const alice = world.client();
    const nonce = attribute(alice.answerTo(requestBytes(METHOD.allocate, [])), 'NONCE') ?? '';
    alice.say(requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { shown: { ...USER, nonce } }));
    const taken = world.failToOpen(true);
    const [next] = world.opening;
    expect(next?.at.port).not.toBe(taken.port);
    world.open();
    expect(attribute(decoded(world.takeReplies()[0] ?? new Uint8Array()), 'XOR-RELAYED-ADDRESS')).toEqual(next?.at);
  });

  it.each([
    ['the system gives no socket', false, 1],
    ['sixteen ports are taken', true, 16],
  ])('is refused with 508 when %s', (_what, inUse, times) => {
    const world = createWorld({ opens: 'when told' });
    const alice = world.client();
    const nonce = attribute(alice.answerTo(requestBytes(METHOD.allocate, [])), 'NONCE') ?? '';
    alice.say(requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { shown: { ...USER, nonce } }));
    for (let tried = 0; tried < times; tried++) world.failToOpen(inUse);
    expect(world.takeReplies().map((one) => outcomeOf(decoded(one)))).toEqual([508]);
    expect([world.opening.length, world.relay.population().udp]).toEqual([0, 0]);
  });
});

describe('quotas', () => {
  it('of a user, over all of its five-tuples: 486', () => {
    const world = createWorld({ limits: { allocationsPerUser: 2 } });
    const [one, two, three] = [1, 2, 3].map((port) => world.client({ remote: { ...CLIENT, port } }));
    one?.allocate();
    two?.allocate();
    expect(three?.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(486);
    expect(one?.outcome(METHOD.refresh, [lifetime(0)])).toBe('success');
    expect(three?.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe('success');
  });

  it('of all: 508', () => {
    const world = createWorld({ limits: { allocations: 1 } });
    world.client().allocate();
    const bob = world.client({ remote: { ...CLIENT, port: 2 }, username: 'bob', password: 'south' });
    expect(bob.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(508);
  });

  it('of ports: 508', () => {
    const world = createWorld({ ports: { first: 50_001, last: 50_001 } });
    world.client().allocate();
    const other = world.client({ remote: { ...CLIENT, port: 2 } });
    expect(other.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(508);
    const even = createWorld({ ports: { first: 50_001, last: 50_001 } }).client();
    expect(even.outcome(METHOD.allocate, [REQUESTED_TRANSPORT, { type: 'EVEN-PORT', value: false }])).toBe(508);
  });

  it('give every port of the range before there is none', () => {
    const world = createWorld({ limits: { allocationsPerUser: 1000, allocationsPerSource: 1000 } });
    const ports = Array.from(
      { length: 100 },
      (_, port) => world.client({ remote: { ...CLIENT, port: port + 1 } }).allocate().port,
    );
    expect(new Set(ports).size).toBe(100);
    expect(ports.every(inPorts)).toBe(true);
  });
});
