/** A stream that begins through a relay goes on over the direct path. */
import { expect, it } from 'vitest';
import type { OpenSocket } from '../../../src/net/udp-socket.ts';
import { portsOf } from '../../punch/punches.ts';
import { contents, digestOf, openSides, openStream, startRelayServer } from './carriers.ts';

const LENGTH = 40_000_000;

it('without losing or repeating a byte, in both directions', async () => {
  await using server = await startRelayServer();
  const ports = Object.values(portsOf(server));
  const gate = { isOpen: false };
  /** What goes elsewhere than to the server is lost while the gate is shut, as between two NATs that are not open yet. */
  const wrap =
    (open: OpenSocket): OpenSocket =>
    async (at) => {
      const socket = await open(at);
      return {
        ...socket,
        send: (bytes, to, onFailure) => {
          if (gate.isOpen || ports.includes(to.port)) socket.send(bytes, to, onFailure);
        },
      };
    };
  await using sides = await openSides(server, { one: { wrap }, other: { wrap } });
  const both = [sides.one, sides.other];
  const kinds = () => both.map(({ carrier }) => carrier.route().kind);
  expect(kinds()).toEqual(['relayed', 'relayed']);
  await using near = openStream(sides.one);
  await using far = openStream(sides.other);
  const sent = [contents(LENGTH), contents(LENGTH)] as const;
  const movedAt: number[] = [];
  const received = [far, near].map((stream, side) =>
    digestOf(stream, (count) => {
      if (count > LENGTH / 4) gate.isOpen = true;
      if (kinds()[side] === 'direct') movedAt[side] ??= count;
    }),
  );
  near.end(sent[0].bytes);
  far.end(sent[1].bytes);
  expect(await Promise.all(received)).toEqual(sent.map(({ digest }) => digest));
  expect(kinds()).toEqual(['direct', 'direct']);
  for (const count of movedAt) expect(count).toBeLessThan(LENGTH);
});
