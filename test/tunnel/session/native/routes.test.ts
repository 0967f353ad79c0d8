import { expect, it } from 'vitest';
import type { Udx, UdxSocket, UdxStream } from '../../../../src/net/udx/native.ts';
import { createRoutes } from '../../../../src/tunnel/session/native/routes.ts';

type Firewall = NonNullable<NonNullable<Parameters<Udx['createStream']>[1]>['firewall']>;

/** A leg of a table that is a double, and what its firewall says of one packet after another. */
function createLeg() {
  let firewall: Firewall = () => true;
  const raw = { on: () => raw, once: () => raw, connect: () => {} } as unknown as UdxStream;
  const udx = {
    createStream: (_id: number, options: { readonly firewall: Firewall }) => {
      firewall = options.firewall;
      return raw;
    },
  } as unknown as Udx;
  const socket = { udx } as UdxSocket;
  const leg = createRoutes({ socket, remote: { address: '192.0.2.1', port: 1 }, kind: 'direct' }).createLeg();
  const passed = (packets: number): number =>
    Array.from({ length: packets }, () => firewall(socket, 1, '192.0.2.1')).filter((isDropped) => !isDropped).length;
  return { leg, passed };
}

it('a native stream takes 64 packets before it is connected, for nobody reads them yet', () => {
  const { leg, passed } = createLeg();
  expect(passed(60_000)).toBe(64);
  leg.connect(1);
  expect(passed(1_000)).toBe(1_000);
});
