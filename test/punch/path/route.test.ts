/** Which socket and endpoint a path goes on. */
import { expect, it } from 'vitest';
import type { PathRoute } from '../../../src/punch/path/path.ts';
import { connect, openRelayedSide } from './sides.ts';

it('is told when it becomes direct, and there is none once the path is over', async () => {
  await using a = await openRelayedSide('controlling');
  await using b = await openRelayedSide('controlled');
  expect(a.path.route()).toBeNull();
  await connect(a, b);
  const relayed = a.path.route();
  expect(relayed).toMatchObject({ leavesByRelay: true, isRelayed: true });
  const told: PathRoute[] = [];
  const next = new Promise<void>((resolve) =>
    a.path.onRoute((route) => {
      told.push(route);
      resolve();
    }),
  );
  a.openGate();
  b.openGate();
  await next;
  expect(told).toEqual([a.path.route()]);
  const direct = { leavesByRelay: false, isRelayed: false, to: b.agent.selected()?.local.endpoint };
  expect(told).toMatchObject([direct]);
  expect(told[0]?.socket.local).toEqual(a.agent.selected()?.local.base);
  expect(told[0]?.socket.local).not.toEqual(relayed?.socket.local);
  await a.path[Symbol.asyncDispose]();
  expect(a.path.route()).toBeNull();
});
