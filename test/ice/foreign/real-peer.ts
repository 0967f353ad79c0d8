/** One agent of ours on a real loopback socket, for meetings with agents that others wrote. */
import { randomBytes } from 'node:crypto';
import { createIceAgent, type IceAgent } from '../../../src/ice/agent.ts';
import type { PairReport } from '../../../src/ice/checklist/pair.ts';
import { createCredentials, type IceCredentials } from '../../../src/ice/credentials.ts';
import type { Role } from '../../../src/ice/role.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { type DrivenPath, startPath } from '../../../src/punch/path/start-path.ts';

export interface RealPeer extends AsyncDisposable, Pick<DrivenPath, 'wake'> {
  readonly agent: IceAgent;
  readonly credentials: IceCredentials;
  /** Resolves with the pair; rejects when the agent fails. */
  readonly connected: Promise<PairReport>;
  /** The first datagram of the peer's own. */
  readonly received: Promise<string>;
  readonly send: (text: string) => void;
}

export async function openRealPeer(role: Role): Promise<RealPeer> {
  const socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const credentials = createCredentials(randomBytes);
  const agent = createIceAgent({ role, credentials, randomBytes, timeoutMs: 10_000 });
  agent.addLocalCandidate({ type: 'host', socket: 'main', endpoint: socket.local });
  const connected = Promise.withResolvers<PairReport>();
  connected.promise.catch(() => {});
  const path = startPath({
    session: agent,
    sockets: { main: socket },
    onEvent: (event) => {
      if (event.kind === 'connected') connected.resolve(event.pair);
      if (event.kind === 'failed') connected.reject(new Error(event.reason));
    },
  });
  return {
    agent,
    credentials,
    connected: connected.promise,
    received: new Promise((resolve) => path.onData((bytes) => resolve(new TextDecoder().decode(bytes)))),
    wake: path.wake,
    send: (text) => void path.send(new TextEncoder().encode(text)),
    [Symbol.asyncDispose]: async () => {
      await path[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}
