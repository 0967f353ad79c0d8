/** Peers with a code on a real server: with the name of the room and the key of the introduction alone, nobody gets anywhere. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NatcheckServer } from '../../server/index.ts';
import { encodeCheck } from '../../src/ice/checks/messages.ts';
import { otherRole } from '../../src/ice/role.ts';
import { openRoom } from '../../src/punch/open-room.ts';
import type { PunchRoom } from '../../src/punch/options.ts';
import { iceCredentials } from '../../src/rendezvous/protocol/ice-credentials.ts';
import { decode } from '../../src/stun/decode.ts';
import { shortTermKey } from '../../src/stun/integrity.ts';
import { keysOf } from '../../src/tunnel/code/keys.ts';
import { join } from '../net/rendezvous/peers.ts';
import { codeFrom } from '../tunnel/code/codes.ts';
import { portsOf, startPunchServer } from './punches.ts';

const SECRET = codeFrom('real').secret;

function enter(
  server: NatcheckServer,
  id: string,
  { seal, notices = [] }: { seal: boolean; notices?: string[] },
): Promise<PunchRoom> {
  const keys = keysOf(SECRET);
  return openRoom({
    id,
    server: `127.0.0.1:${portsOf(server).port}`,
    rendezvous: `ws://127.0.0.1:${server.httpPort}`,
    room: keys.room,
    seal: seal ? keys.seal : undefined,
    onNotice: (text) => notices.push(text),
    portMapping: false,
  });
}

/** The class of the answer that alice gives to a check under what the rendezvous knows: by somebody who is introduced to her as bob. */
async function answerToForger(seal: boolean): Promise<string> {
  await using server = await startPunchServer();
  await using alice = await enter(server, 'alice', { seal });
  await using forger = await join(server, 'bob', { room: keysOf(SECRET).room });
  const leave = new AbortController();
  const meeting = alice.connect('bob', { signal: leave.signal }).catch(() => null);
  await forger.bind();
  const behavior = { mapping: 'endpoint-independent', filtering: 'endpoint-independent' } as const;
  forger.client.ask('alice', { candidates: [], behavior });
  const { key, role, endpoint } = await forger.next('introduction');
  const [own, hers] = [iceCredentials(key, role), iceCredentials(key, otherRole(role))];
  const transactionId = randomBytes(12);
  const check = encodeCheck({
    ...{ transactionId, username: `${hers.ufrag}:${own.ufrag}`, key: shortTermKey(hers.pwd) },
    ...{ priority: 1, role, tieBreaker: 1n, nominates: role === 'controlling' },
  });
  const said = await new Promise<string>((resolve) => {
    forger.socket.onDatagram((bytes) => {
      const read = decode(bytes);
      if (!read.ok) return;
      // Her own check shows that her attempt has begun.
      if (read.message.class === 'request') forger.socket.send(check, endpoint, () => {});
      else if (Buffer.compare(read.message.transactionId, transactionId) === 0) resolve(read.message.class);
    });
  });
  leave.abort();
  await meeting;
  return said;
}

describe.concurrent('a room with a code', () => {
  it('is where its peers find a direct path, and it is not said that anybody could be the peer', async () => {
    await using server = await startPunchServer();
    const notices: string[] = [];
    await using alice = await enter(server, 'alice', { seal: true });
    await using bob = await enter(server, 'bob', { seal: true });
    const onEvent: NonNullable<Parameters<PunchRoom['connect']>[1]>['onEvent'] = (event) => {
      if (event.kind === 'notice') notices.push(event.text);
    };
    const results = await Promise.all([alice.connect('bob', { onEvent }), bob.connect('alice', { onEvent })]);
    expect(results.map(({ report }) => report.outcome)).toEqual(['direct', 'direct']);
    expect(notices).toEqual([]);
  });

  it('answers no check under the key that the rendezvous has given, which is what it does without a code', async () => {
    expect(await Promise.all([answerToForger(true), answerToForger(false)])).toEqual(['error', 'success']);
  });
});
