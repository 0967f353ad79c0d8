/** One agent of ours on a real loopback socket, for meetings with agents that others wrote. */
import { randomBytes } from 'node:crypto';
import { createIceAgent, type DatagramKind, type IceAgent } from '../../src/ice/agent.ts';
import { createCredentials, type IceCredentials } from '../../src/ice/credentials.ts';
import type { IceEvent } from '../../src/ice/event.ts';
import type { PairReport } from '../../src/ice/pair.ts';
import type { Role } from '../../src/ice/role.ts';
import { now } from '../../src/net/driver.ts';
import { openUdpSocket } from '../../src/net/udp-socket.ts';

export interface RealPeer extends AsyncDisposable {
  readonly agent: IceAgent;
  readonly credentials: IceCredentials;
  readonly events: readonly IceEvent[];
  /** Resolves with the pair; rejects when the agent fails. */
  readonly connected: Promise<PairReport>;
  /** The next datagram of the peer that is not ICE's. */
  readonly received: Promise<{ readonly kind: DatagramKind; readonly text: string }>;
  /** Lets the agent act after it was told something. */
  readonly wake: () => void;
  readonly send: (text: string) => void;
}

export async function openRealPeer(role: Role): Promise<RealPeer> {
  const socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const credentials = createCredentials(randomBytes);
  const agent = createIceAgent({ role, credentials, randomBytes, timeoutMs: 10_000 });
  agent.addLocalCandidate({ type: 'host', socket: 'main', endpoint: socket.local });
  const events: IceEvent[] = [];
  const connected = Promise.withResolvers<PairReport>();
  const received = Promise.withResolvers<{ readonly kind: DatagramKind; readonly text: string }>();
  connected.promise.catch(() => {});
  let timer: NodeJS.Timeout | undefined;

  const take = (event: IceEvent): void => {
    events.push(event);
    if (event.kind === 'connected') connected.resolve(event.pair);
    if (event.kind === 'failed') connected.reject(new Error(event.reason));
  };
  const pump = (): void => {
    clearTimeout(timer);
    for (;;) {
      const output = agent.poll(now());
      if (output.kind === 'closed') return;
      if (output.kind === 'event') take(output.event);
      if (output.kind === 'transmit') socket.send(output.bytes, output.to, () => {});
      if (output.kind !== 'wait') continue;
      if (output.until < Number.POSITIVE_INFINITY) timer = setTimeout(pump, Math.max(0, output.until - now()));
      return;
    }
  };
  socket.onDatagram((bytes, from) => {
    const kind = agent.handleDatagram(now(), { socket: 'main', from, bytes });
    if (kind !== 'ice') received.resolve({ kind, text: new TextDecoder().decode(bytes) });
    pump();
  });
  return {
    agent,
    credentials,
    events,
    connected: connected.promise,
    received: received.promise,
    wake: pump,
    send: (text) => {
      const pair = agent.selected();
      if (pair) socket.send(new TextEncoder().encode(text), pair.remote.endpoint, () => {});
    },
    [Symbol.asyncDispose]: async () => {
      agent.close();
      clearTimeout(timer);
      await socket[Symbol.asyncDispose]();
    },
  };
}
