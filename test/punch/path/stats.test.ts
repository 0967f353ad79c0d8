/** What a path tells of itself in numbers. */
import { expect, it } from 'vitest';
import type { LocalPathEndpoint, PathEndpoint } from '../../../src/punch/path/path.ts';
import { connect, openRelayedSide, openSide, type Side } from './sides.ts';

const NOTHING = { datagramsSent: 0, bytesSent: 0, datagramsReceived: 0, bytesReceived: 0, sendFailures: 0 };

/** Its candidate of that type, as the statistics show it. */
function endpointOf({ agent }: Side, type: PathEndpoint['type']): PathEndpoint {
  const found = agent.localCandidates().find((candidate) => candidate.type === type);
  if (!found) throw new Error(`no ${type} candidate`);
  return { type, endpoint: found.endpoint };
}

/** The same as this side's end of a pair. */
function localOf(side: Side, type: PathEndpoint['type']): LocalPathEndpoint {
  const { endpoint } = endpointOf(side, type);
  return { type, endpoint, bound: type === 'relay' ? null : endpoint };
}

/** Resolves when so many datagrams have come. */
function heard({ path }: Side, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => path.onData(() => --left === 0 && resolve()));
}

it('before it is open nothing is known', async () => {
  await using side = await openSide('controlling');
  expect(side.path.stats()).toEqual({
    ...NOTHING,
    rttMs: null,
    pair: null,
    pairSelectedAt: null,
    pairSwitches: 0,
    openedAt: null,
  });
});

it('counts the data each way, without the checks, and tells of the pair', async () => {
  await using one = await openSide('controlling');
  await using other = await openSide('controlled');
  const [connected] = await connect(one, other);
  const all = Promise.all([heard(one, 1), heard(other, 3)]);
  for (const length of [1, 10, 100]) one.path.send(new Uint8Array(length));
  other.path.send(new Uint8Array(7));
  await all;
  const rttMs = one.agent.selected()?.rttMs;
  expect(rttMs).toBeGreaterThan(0);
  expect(one.path.stats()).toEqual({
    datagramsSent: 3,
    bytesSent: 111,
    datagramsReceived: 1,
    bytesReceived: 7,
    sendFailures: 0,
    rttMs,
    pair: { local: localOf(one, 'host'), remote: endpointOf(other, 'host') },
    pairSelectedAt: connected.at,
    pairSwitches: 0,
    openedAt: connected.at,
  });
  expect(other.path.stats()).toMatchObject({
    datagramsSent: 1,
    bytesSent: 7,
    datagramsReceived: 3,
    bytesReceived: 111,
    pair: { local: localOf(other, 'host'), remote: endpointOf(one, 'host') },
  });
});

it('counts what comes before anybody reads it', async () => {
  await using one = await openSide('controlling');
  await using other = await openSide('controlled');
  await connect(one, other);
  for (let sent = 0; sent < 70; sent++) one.path.send(new Uint8Array(2));
  // The answer to the last shows that all have come: loopback keeps their order.
  other.path.send(new Uint8Array(1));
  await heard(one, 1);
  while (other.path.stats().datagramsReceived < 70) await new Promise((resolve) => setImmediate(resolve));
  let read = 0;
  other.path.onData(() => read++);
  expect([read, other.path.stats().datagramsReceived, other.path.stats().bytesReceived]).toEqual([64, 70, 140]);
});

it('counts what the system refuses after it was taken', async () => {
  await using one = await openSide('controlling', { fate: ({ length }) => (length === 5 ? 'ENOBUFS' : 'sent') });
  await using other = await openSide('controlled');
  await connect(one, other);
  const came = heard(other, 1);
  for (const length of [5, 5, 6]) one.path.send(new Uint8Array(length));
  await came;
  expect(one.path.stats()).toMatchObject({ datagramsSent: 3, bytesSent: 16, sendFailures: 2 });
  expect(other.path.stats()).toMatchObject({ datagramsReceived: 1, bytesReceived: 6 });
});

it('tells of a switch to another pair, and since when that one is in use', async () => {
  await using one = await openRelayedSide('controlling');
  await using other = await openRelayedSide('controlled');
  const [connected] = await connect(one, other);
  expect(one.path.stats()).toMatchObject({
    pair: { local: localOf(one, 'relay'), remote: endpointOf(other, 'relay') },
    pairSelectedAt: connected.at,
    pairSwitches: 0,
    openedAt: connected.at,
  });
  one.openGate();
  other.openGate();
  const [switched] = await Promise.all([one.came('pair-switched'), other.came('pair-switched')]);
  expect(switched.at).toBeGreaterThan(connected.at);
  expect(one.path.stats()).toMatchObject({
    pair: { local: localOf(one, 'host'), remote: endpointOf(other, 'host') },
    pairSelectedAt: switched.at,
    pairSwitches: 1,
    openedAt: connected.at,
  });
});

it('keeps the numbers and the last pair when the path is over, without a round trip', async () => {
  await using one = await openSide('controlling');
  await using other = await openSide('controlled');
  const [connected] = await connect(one, other);
  const came = heard(other, 1);
  one.path.send(new Uint8Array(9));
  await came;
  await one.path[Symbol.asyncDispose]();
  expect(one.path.stats()).toEqual({
    ...NOTHING,
    datagramsSent: 1,
    bytesSent: 9,
    rttMs: null,
    pair: { local: localOf(one, 'host'), remote: endpointOf(other, 'host') },
    pairSelectedAt: connected.at,
    pairSwitches: 0,
    openedAt: connected.at,
  });
});
