/** Our agent meets werift's, in each role, over real loopback sockets. */

import { describe, expect, it } from 'vitest';
import { Candidate, Connection } from 'werift';
import { formatCandidate, parseCandidate } from '../../../src/ice/candidates/sdp.ts';
import type { Role } from '../../../src/ice/role.ts';
import { openRealPeer, type RealPeer } from './real-peer.ts';

async function openWerift(isControlling: boolean): Promise<Connection & AsyncDisposable> {
  const connection = new Connection(isControlling, {
    useIpv4: true,
    useIpv6: false,
    useTcp: false,
    additionalHostAddresses: ['127.0.0.1'],
    // Only the address above, whatever interfaces the machine has.
    interfaceAddresses: { udp4: '127.0.0.1' },
  });
  await connection.gatherCandidates();
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
}

async function meet(ourRole: Role, theirs: { readonly isControlling: boolean }): Promise<Role> {
  await using us = await openRealPeer(ourRole);
  await using them = await openWerift(theirs.isControlling);
  await talk(us, them);
  return us.agent.role();
}

async function talk(us: RealPeer, them: Connection): Promise<void> {
  for (const local of us.agent.localCandidates()) {
    await them.addRemoteCandidate(Candidate.fromSdp(formatCandidate(local).replace(/^candidate:/, '')));
  }
  await them.addRemoteCandidate(undefined);
  them.setRemoteParams({ iceLite: false, usernameFragment: us.credentials.ufrag, password: us.credentials.pwd });
  for (const candidate of them.localCandidates) {
    const parsed = parseCandidate(candidate.toSdp());
    if (parsed.kind === 'candidate') us.agent.addRemoteCandidate(parsed.candidate);
  }
  us.agent.setRemoteCredentials(performance.now(), { ufrag: them.localUsername, pwd: them.localPassword });
  us.wake();
  const heard = new Promise<string>((resolve) => void them.onData.subscribe((data) => resolve(data.toString())));
  const [pair] = await Promise.all([us.connected, them.connect()]);
  expect(pair.remote.endpoint.address).toBe('127.0.0.1');
  us.send('from us');
  await them.send(Buffer.from('from them'));
  expect(await heard).toBe('from us');
  expect(await us.received).toBe('from them');
}

describe("werift's agent", () => {
  it('connects with ours controlling', async () => {
    expect(await meet('controlling', { isControlling: false })).toBe('controlling');
  });

  it('connects with ours controlled', async () => {
    expect(await meet('controlled', { isControlling: true })).toBe('controlled');
  });

  it('connects when both think that they are controlling', async () => {
    await meet('controlling', { isControlling: true });
  });

  it('connects when neither thinks so', async () => {
    await meet('controlled', { isControlling: false });
  });

  it('reads over our farewell, and is read by us as long as it sends', async () => {
    await using us = await openRealPeer('controlling');
    await using them = await openWerift(false);
    await talk(us, them);
    const { state } = them;
    us.agent.leave(performance.now());
    us.wake();
    await us[Symbol.asyncDispose]();
    expect(them.state).toBe(state);
    await them.send(Buffer.from('to nobody'));
  });
});
