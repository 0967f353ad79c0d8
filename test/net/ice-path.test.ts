/** A path over real sockets, and how it ends. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createIceAgent } from '../../src/ice/agent.ts';
import type { Candidate } from '../../src/ice/candidate.ts';
import { createCredentials, type IceCredentials } from '../../src/ice/credentials.ts';
import type { IceEvent } from '../../src/ice/event.ts';
import type { Role } from '../../src/ice/role.ts';
import { now } from '../../src/net/driver.ts';
import { startIcePath } from '../../src/net/ice-path.ts';
import { openUdpSocket } from '../../src/net/udp-socket.ts';

async function openPath(role: Role) {
  const socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const credentials = createCredentials(randomBytes);
  const agent = createIceAgent({ role, credentials, randomBytes, timeoutMs: 3_000 });
  agent.addLocalCandidate({ type: 'host', socket: 'main', endpoint: socket.local });
  const ended = Promise.withResolvers<IceEvent['kind']>();
  const path = startIcePath({
    session: agent,
    sockets: { main: socket },
    onEvent: ({ kind }) => {
      if (kind === 'connected' || kind === 'failed') ended.resolve(kind);
    },
  });
  return {
    path,
    ended: ended.promise,
    candidates: agent.localCandidates(),
    credentials,
    begin: (peer: { readonly candidates: readonly Candidate[]; readonly credentials: IceCredentials }) => {
      for (const candidate of peer.candidates) agent.addRemoteCandidate(candidate);
      agent.setRemoteCredentials(now(), peer.credentials);
      path.wake();
    },
    [Symbol.asyncDispose]: async () => {
      await path[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}

it('ends only when the other side, which began later, has its path too', async () => {
  await using early = await openPath('controlling');
  await using late = await openPath('controlled');
  early.begin(late);
  expect(await early.ended).toBe('connected');
  const end = early.path[Symbol.asyncDispose]();
  late.begin(early);
  expect(await late.ended).toBe('connected');
  await end;
});
