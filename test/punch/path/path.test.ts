/** A path over real sockets, and how it ends. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createIceAgent } from '../../../src/ice/agent.ts';
import type { Candidate } from '../../../src/ice/candidates/candidate.ts';
import { createCredentials, type IceCredentials } from '../../../src/ice/credentials.ts';
import type { IceEvent } from '../../../src/ice/event.ts';
import type { Role } from '../../../src/ice/role.ts';
import { now } from '../../../src/net/driver.ts';
import { openUdpSocket, type UdpSocket } from '../../../src/net/udp-socket.ts';
import { type PathState, startIcePath } from '../../../src/punch/path/path.ts';

/** @param options.isSent says of each datagram, and when given none are lost. */
async function openPath(
  role: Role,
  { isSent = () => true }: { readonly isSent?: (bytes: Uint8Array) => boolean } = {},
) {
  const opened = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const socket: UdpSocket = { ...opened, send: (bytes, ...rest) => isSent(bytes) && opened.send(bytes, ...rest) };
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
    /** The next state that it comes to. */
    nextState: () => new Promise<PathState>((resolve) => path.onState(resolve)),
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

type Side = Awaited<ReturnType<typeof openPath>>;

async function connect(one: Side, other: Side): Promise<void> {
  one.begin(other);
  other.begin(one);
  expect(await Promise.all([one.ended, other.ended])).toEqual(['connected', 'connected']);
}

/** A Binding indication (RFC 8489 §5). */
const isFarewell = (bytes: Uint8Array): boolean => bytes[0] === 0x00 && bytes[1] === 0x11;

describe.concurrent('a path', () => {
  it('that the peer disposes of ends at once, says so, and takes nothing more', async () => {
    await using one = await openPath('controlling');
    await using other = await openPath('controlled');
    await connect(one, other);
    const state = other.nextState();
    const startedAt = now();
    await one.path[Symbol.asyncDispose]();
    expect(await state).toBe('closed-by-peer');
    // Gently: for as long as the peer may have needed answers, and no longer.
    expect(now() - startedAt).toBeLessThan(1000);
    expect([other.path.state(), other.path.send(Uint8Array.of(1))]).toEqual(['closed-by-peer', false]);
    expect(await other.nextState()).toBe('closed-by-peer');
  });

  it('ends as soon where two farewells out of three are lost', async () => {
    let farewells = 0;
    await using one = await openPath('controlling', { isSent: (bytes) => !isFarewell(bytes) || ++farewells === 3 });
    await using other = await openPath('controlled');
    await connect(one, other);
    const state = other.nextState();
    await one.path[Symbol.asyncDispose]();
    expect(await state).toBe('closed-by-peer');
    expect(farewells).toBe(3);
  });

  it('whose peer falls silent is doubtful 5 to 7.5 s later, takes data meanwhile, and is live when it answers', async () => {
    let isMute = false;
    await using one = await openPath('controlling', { isSent: () => !isMute });
    await using other = await openPath('controlled');
    await connect(one, other);
    const mutedAt = now();
    isMute = true;
    expect(await other.nextState()).toBe('doubtful');
    expect(now() - mutedAt).toBeGreaterThan(4000);
    expect(now() - mutedAt).toBeLessThan(8500);
    expect([other.path.state(), other.path.send(Uint8Array.of(1))]).toEqual(['doubtful', true]);
    isMute = false;
    expect(await new Promise((resolve) => other.path.onState((state) => state === 'live' && resolve(state)))).toBe(
      'live',
    );
  });
});
