/** A stream that begins through a relay goes on over the direct path. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { OpenSocket } from '../../../src/net/udp-socket.ts';
import type { UdxStream } from '../../../src/net/udx/native.ts';
import { portsOf } from '../../punch/punches.ts';
import { contents, digestOf, openSides, openStream, type Side, startRelayServer } from './carriers.ts';

/** How much more is sent once the path is direct. */
const AFTER_BYTES = 4_000_000;

interface Sent {
  readonly digest: string;
  readonly count: number;
}

it('without losing or repeating a byte, in both directions', async () => {
  await using server = await startRelayServer();
  const gate = gateTo(Object.values(portsOf(server)));
  await using sides = await openSides(server, { one: { wrap: gate.wrap }, other: { wrap: gate.wrap } });
  const both = [sides.one, sides.other] as const;
  expect(both.map(({ carrier }) => carrier.route().kind)).toEqual(['relayed', 'relayed']);
  await using near = openStream(sides.one);
  await using far = openStream(sides.other);
  const relayed = [0, 0];
  const heard = [near, far].map((stream, at) =>
    digestOf(stream, (count) => {
      if (both[at]?.carrier.route().kind === 'relayed') relayed[at] = count;
      if (relayed.every((some) => some > 0)) gate.open();
    }),
  );
  const [fromNear, fromFar] = await Promise.all([sendThrough(near, both), sendThrough(far, both)]);
  expect(await Promise.all(heard)).toEqual([fromFar.digest, fromNear.digest]);
  expect(both.map(({ carrier }) => carrier.route())).toEqual(
    both.map(({ punched }) => ({
      socket: punched.path?.route()?.socket.native,
      remote: punched.path?.route()?.to,
      kind: 'direct',
    })),
  );
  expect(relayed[0]).toBeLessThan(fromFar.count);
  expect(relayed[1]).toBeLessThan(fromNear.count);
});

/** Sends until both sides have a direct path, and AFTER_BYTES more. */
async function sendThrough(stream: UdxStream, sides: readonly Side[]): Promise<Sent> {
  const hash = createHash('sha256');
  let count = 0;
  for (let left = AFTER_BYTES; left > 0; ) {
    const { bytes } = contents(60_000);
    hash.update(bytes);
    count += bytes.length;
    if (sides.every(({ carrier }) => carrier.route().kind === 'direct')) left -= bytes.length;
    if (!stream.write(bytes)) await once(stream, 'drain');
  }
  stream.end();
  return { digest: hash.digest('hex'), count };
}

/** Sockets that lose what they send elsewhere than to these ports until the gate is open, as between NATs that are shut. */
function gateTo(ports: readonly number[]) {
  let isOpen = false;
  return {
    open: () => {
      isOpen = true;
    },
    wrap:
      (open: OpenSocket): OpenSocket =>
      async (at) => {
        const socket = await open(at);
        return {
          ...socket,
          send: (bytes, to, onFailure) => {
            if (isOpen || ports.includes(to.port)) socket.send(bytes, to, onFailure);
          },
        };
      },
  };
}
