/** From a relayed path to a direct one, while data flows both ways. */
import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createIceAgent, type IceAgent } from '../../../src/ice/agent.ts';
import { createCredentials } from '../../../src/ice/credentials.ts';
import type { IceEvent } from '../../../src/ice/event.ts';
import type { Role } from '../../../src/ice/role.ts';
import { now } from '../../../src/net/driver.ts';
import { openUdpSocket, type UdpSocket } from '../../../src/net/udp-socket.ts';
import { startIcePath } from '../../../src/punch/path/path.ts';

/** Sends nothing until it is opened, as between two NATs that are not open yet. */
function gated(socket: UdpSocket): { readonly socket: UdpSocket; readonly open: () => void } {
  let isOpen = false;
  return {
    socket: { ...socket, send: (...sent) => isOpen && socket.send(...sent) },
    open: () => {
      isOpen = true;
    },
  };
}

async function openSide(role: Role) {
  const direct = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const relay = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const gate = gated(direct);
  const credentials = createCredentials(randomBytes);
  const agent: IceAgent = createIceAgent({ role, credentials, randomBytes, taMs: 5, relayGraceMs: 0 });
  agent.addLocalCandidate({ type: 'host', socket: 'direct', endpoint: direct.local });
  agent.addLocalCandidate({ type: 'relay', socket: 'relay', endpoint: relay.local, mapped: direct.local });
  const kinds = new Map<IceEvent['kind'], PromiseWithResolvers<IceEvent>>();
  const kind = (name: IceEvent['kind']): PromiseWithResolvers<IceEvent> => {
    const known = kinds.get(name) ?? Promise.withResolvers<IceEvent>();
    kinds.set(name, known);
    return known;
  };
  const path = startIcePath({
    session: agent,
    sockets: { direct: gate.socket, relay },
    onEvent: (event) => kind(event.kind).resolve(event),
  });
  const heard = new Set<number>();
  path.onData((bytes) => heard.add(Buffer.from(bytes).readUInt32BE()));
  return {
    agent,
    credentials,
    path,
    heard,
    openGate: gate.open,
    came: (name: IceEvent['kind']) => kind(name).promise,
    [Symbol.asyncDispose]: async () => {
      await path[Symbol.asyncDispose]();
      await direct[Symbol.asyncDispose]();
      await relay[Symbol.asyncDispose]();
    },
  };
}

type Side = Awaited<ReturnType<typeof openSide>>;

function introduce(one: Side, other: Side): void {
  for (const candidate of other.agent.localCandidates()) one.agent.addRemoteCandidate(candidate);
  one.agent.setRemoteCredentials(now(), other.credentials);
  one.path.wake();
}

it('no datagram is lost on the way', async () => {
  await using a = await openSide('controlling');
  await using b = await openSide('controlled');
  introduce(a, b);
  introduce(b, a);
  const connected = await Promise.all([a.came('connected'), b.came('connected')]);
  for (const event of connected) expect(event).toMatchObject({ pair: { socket: 'relay' } });

  let sent = 0;
  const send = (): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(sent++);
    expect([a.path.send(bytes), b.path.send(bytes)]).toEqual([true, true]);
  };
  let isSwitched = false;
  const switched = Promise.all([a.came('pair-switched'), b.came('pair-switched')]).then((events) => {
    isSwitched = true;
    return events;
  });
  for (let count = 0; count < 200; count++) {
    send();
    await turn();
  }
  a.openGate();
  b.openGate();
  while (!isSwitched) {
    send();
    await turn();
  }
  for (const event of await switched) expect(event).toMatchObject({ pair: { socket: 'direct' } });
  for (let count = 0; count < 200; count++) {
    send();
    await turn();
  }
  while (a.heard.size < sent || b.heard.size < sent) await turn();
  expect([a.heard.size, b.heard.size]).toEqual([sent, sent]);
  expect([a.agent.selected()?.socket, b.agent.selected()?.socket]).toEqual(['direct', 'direct']);
});
