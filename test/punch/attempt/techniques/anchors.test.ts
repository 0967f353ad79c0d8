/** What keeps the mappings of an asymmetric path alive: one packet to the server and one to the peer, every fifteen seconds. */
import { expect, it } from 'vitest';
import { createAnchors } from '../../../../src/punch/attempt/techniques/anchors.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { createFacts, PEER_ENDPOINT, RANDOM, SERVER } from './facts.ts';

const MOVING = { isMoving: true, allocation: RANDOM } as const;

it('anchors go to the server and to where it saw the peer, from the punching socket, until they are stopped', () => {
  const { facts, taken } = createFacts({ own: MOVING, other: MOVING });
  const technique = createAnchors(facts);
  expect([technique.advance(0), taken()]).toEqual([16_000, []]);
  technique.advance(16_000);
  const sent = taken().flatMap((output) => (output.kind === 'transmit' ? [output] : []));
  expect(sent.map(({ socket, to }) => [socket, to])).toEqual([
    ['punch', SERVER],
    ['punch', PEER_ENDPOINT],
  ]);
  const decoded = decode(sent[0]?.bytes ?? new Uint8Array());
  expect(decoded.ok && decoded.message.class).toBe('indication');
  expect([technique.advance(16_001), taken()]).toEqual([31_000, []]);
  technique.stop();
  expect([technique.advance(31_000), taken()]).toEqual([Number.POSITIVE_INFINITY, []]);
});
