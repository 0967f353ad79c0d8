/** Whatever comes, from whomever, the relay neither throws nor says much, and never to somebody else. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isForRelay } from '../../../../server/turn/decisions/receive.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { encodeChannelData } from '../../../../src/turn/wire/channel-data.ts';
import {
  channelNumber,
  lifetime,
  peerAddress,
  REQUESTED_TRANSPORT,
  requestBytes,
  sendIndication,
} from '../requests.ts';
import { CLIENT, createWorld, PEER } from './world.ts';

const RUNS = 2_000;
/** A 401 with realm and nonce, and FINGERPRINT for FINGERPRINT. */
const CHALLENGE_BYTES = 60;
const FINGERPRINT_BYTES = 8;

const any = fc.uint8Array({ maxLength: 120 });
const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 });

function mutated(bytes: Uint8Array, edits: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice();
  for (const [at, byte] of edits) copy[at % copy.length] = byte;
  return copy;
}

it('bytes of any kind from a stranger get no more than a 401, or than they are themselves', () => {
  const world = createWorld();
  const stranger = world.client();
  const attribute = fc.record({
    code: fc.oneof(fc.nat(0xffff), fc.constantFrom(0x0006, 0x0008, 0x0012, 0x0014, 0x0015, 0x0019, 0x001c, 0x8028)),
    value: fc.uint8Array({ maxLength: 24 }),
  });
  const request = fc
    .record({ method: fc.constantFrom(...Object.values(METHOD)), attributes: fc.array(attribute, { maxLength: 8 }) })
    .map(({ method, attributes }) =>
      requestBytes(
        method,
        attributes.map((one) => ({ type: 'opaque', ...one }) as const),
      ),
    );
  fc.assert(
    fc.property(
      fc.oneof(
        any,
        request,
        fc.tuple(request, changes).map(([bytes, edits]) => mutated(bytes, edits)),
      ),
      (bytes) => {
        const replies = stranger.say(bytes);
        expect(replies.length).toBeLessThanOrEqual(1);
        expect(replies[0]?.length ?? 0).toBeLessThanOrEqual(
          Math.max(bytes.length, CHALLENGE_BYTES) + FINGERPRINT_BYTES,
        );
        // What is answered is not what would be answered again.
        for (const reply of replies) expect(stranger.say(reply)).toEqual([]);
      },
    ),
    { numRuns: RUNS },
  );
  expect([world.sockets.size, world.opening.length, world.takeRelayed().length]).toEqual([0, 0, 0]);
});

it('a user’s messages, changed anywhere, reach nobody that has no permission', () => {
  const world = createWorld();
  const alice = world.client();
  alice.allocate();
  alice.bind(0x4000, PEER);
  const shown = alice.shown();
  const messages = [
    requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { shown }),
    requestBytes(METHOD.refresh, [lifetime(900)], { shown }),
    requestBytes(METHOD.createPermission, [peerAddress(PEER)], { shown }),
    requestBytes(METHOD.channelBind, [channelNumber(0x4001), peerAddress({ ...PEER, port: 9 })], { shown }),
    sendIndication(PEER, Uint8Array.of(1, 2, 3)),
    encodeChannelData({ channel: 0x4000, data: Uint8Array.of(1, 2, 3) }),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...messages), changes, fc.nat(), (message, edits, cut) => {
      alice.say(mutated(message, edits).subarray(0, message.length - (cut % 4)));
      for (const { to } of world.takeRelayed()) expect(to.address).toBe(PEER.address);
    }),
    { numRuns: RUNS },
  );
  expect(world.sockets.size).toBe(1);
});

it('a peer’s datagrams of any kind reach the client as they are', () => {
  const world = createWorld();
  const alice = world.client({ remote: CLIENT });
  const relayed = alice.allocate();
  alice.bind(0x4000, PEER);
  fc.assert(
    fc.property(any, (bytes) => {
      const [framed] = world.fromPeer(relayed, PEER, bytes);
      expect([...(framed ?? [])].slice(4)).toEqual([...bytes]);
    }),
  );
});

it('what is for the relay is told by its first bytes, and a Binding is not', () => {
  expect(isForRelay(requestBytes(METHOD.binding, []))).toBe(false);
  expect(isForRelay(requestBytes(METHOD.data, []))).toBe(false);
  for (const method of [METHOD.allocate, METHOD.refresh, METHOD.createPermission, METHOD.channelBind, METHOD.send]) {
    expect(isForRelay(requestBytes(method, []))).toBe(true);
  }
  expect(isForRelay(encodeChannelData({ channel: 0x4000, data: new Uint8Array() }))).toBe(true);
  fc.assert(fc.property(any, (bytes) => void isForRelay(bytes)));
});
