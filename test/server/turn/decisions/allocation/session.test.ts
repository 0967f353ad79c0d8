/** Credentials that the rendezvous gave to a session are good as long as that session, and what was made with them a little longer. */
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  CREDENTIALS_S,
  secretOfRelay,
  userAtNode,
} from '../../../../../server/turn/decisions/access/users.ts';
import { DEFAULT_RELAY_LIMITS } from '../../../../../server/turn/decisions/limits.ts';
import { turnServersOf } from '../../../../../server/turn/turn-servers.ts';
import { METHOD } from '../../../../../src/stun/header.ts';
import { timeLimitedCredentials } from '../../../../../src/turn/credentials.ts';
import { lifetime, REQUESTED_TRANSPORT } from '../../requests.ts';
import { CLIENT, createWorld, PEER } from '../world.ts';

/** That of this relay, of the one that all nodes have. */
const SECRET = secretOfRelay('of all nodes', 'a');
const SESSION = timeLimitedCredentials({ secret: SECRET, user: 'alice', expiresAtS: 4_000 });
const OPERATOR = timeLimitedCredentials({ secret: 'of the operator', user: 'alice', expiresAtS: 4_000 });

/** A relay and the sessions of its rendezvous; nothing lives longer for want of a Refresh here. */
function createSessions() {
  const sessions = new Set(['alice']);
  const isAttended = (session: string): boolean => sessions.has(session);
  const directory = { users: [], secret: 'of the operator', sessionSecret: { current: SECRET }, isAttended };
  const world = createWorld({ isAttended, accountOf: (username) => accountOf(1_000, directory, username) });
  const client = (credentials: object, port = CLIENT.port) =>
    world.client({ remote: { ...CLIENT, port }, ...credentials });
  return { ...world, sessions, client };
}

describe('an allocation of a session', () => {
  it('outlives the session by 60 s; then its socket is closed, nothing is relayed, and Refresh gets 401', () => {
    expect(DEFAULT_RELAY_LIMITS.orphanMs).toBe(60_000);
    const { client, sessions, pass, sockets, fromPeer } = createSessions();
    const alice = client(SESSION);
    const relayed = alice.allocate([lifetime(3_600)]);
    alice.permit(PEER);
    pass(200_000);
    sessions.delete('alice');
    pass(59_999);
    expect(alice.outcome(METHOD.refresh, [lifetime(3_600)])).toBe('success');
    expect(fromPeer(relayed, PEER, Uint8Array.of(1))).toHaveLength(1);
    pass(1);
    expect([sockets.size, fromPeer(relayed, PEER, Uint8Array.of(1))]).toEqual([0, []]);
    expect(alice.outcome(METHOD.refresh)).toBe(401);
  });

  it('goes on when the session is there again in that time', () => {
    const { client, sessions, pass, sockets } = createSessions();
    const alice = client(SESSION);
    alice.allocate([lifetime(3_600)]);
    sessions.delete('alice');
    pass(59_000);
    sessions.add('alice');
    pass(1_000);
    sessions.delete('alice');
    pass(59_000);
    expect(sockets.size).toBe(1);
    pass(1_000);
    expect(sockets.size).toBe(0);
  });
});

describe('the credentials of a session whose home is another node', () => {
  const madeAt = (unixS: number) =>
    timeLimitedCredentials({
      ...{ secret: SECRET, user: userAtNode('alice'), expiresAtS: unixS + CREDENTIALS_S },
    });

  it('are good from the moment on at which they are made, as what the home says may come later', () => {
    const { client, sessions, pass, sockets } = createSessions();
    sessions.delete('alice');
    client(madeAt(1_000), 1).allocate([lifetime(3_600)]);
    client(madeAt(1_010), 2).allocate([lifetime(3_600)]);
    client(madeAt(990), 3).allocate([lifetime(3_600)]);
    pass(59_999);
    expect(sockets.size).toBe(3);
    pass(1);
    expect(sockets.size).toBe(0);
  });

  it('are good later as long as the home says that the session is there: else 401', () => {
    const { client, sessions, pass, sockets } = createSessions();
    client(madeAt(989), 1).allocate([lifetime(3_600)]);
    sessions.delete('alice');
    expect(client(madeAt(989), 2).outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
    expect(client(madeAt(1_011), 3).outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
    pass(60_000);
    expect(sockets.size).toBe(0);
  });

  it('are none of the operator\u2019s, nor of a session of this node, nor for another relay', () => {
    const { client, sessions } = createSessions();
    sessions.delete('alice');
    const expiresAtS = 1_000 + CREDENTIALS_S;
    const ofOperator = { secret: 'of the operator', user: userAtNode('alice'), expiresAtS };
    const ofNode = { secret: SECRET, user: 'alice', expiresAtS };
    const ofOther = { secret: secretOfRelay('of all nodes', 'b'), user: userAtNode('alice'), expiresAtS };
    for (const [index, wrong] of [ofOperator, ofNode, ofOther].entries()) {
      const outcome = client(timeLimitedCredentials(wrong), index).outcome(METHOD.allocate, [REQUESTED_TRANSPORT]);
      expect(outcome).toBe(401);
    }
  });
});

describe('the credentials of a session', () => {
  it('are good for no new allocation once it has ended: 401', () => {
    const { client, sessions } = createSessions();
    client(SESSION, 1).allocate();
    sessions.delete('alice');
    expect(client(SESSION, 2).outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
  });

  it('are good from any address: its WebSocket may come over IPv6, and TURN over IPv4', () => {
    const { client, sockets } = createSessions();
    client({ ...SESSION, remote: { address: '2001:db8::1', port: 5 } }).allocate();
    client({ ...SESSION, remote: { address: '192.0.2.9', port: 5 } }).allocate();
    expect(sockets.size).toBe(2);
  });

  it('for the TURN server of somebody else are none here, whose secret may be the operator\u2019s too', () => {
    const otherTurn = { urls: ['turn:other.example'], secret: 'of the operator' };
    const secret = { current: 'of all nodes' };
    const server = { name: 'a', secret, primaries: ['203.0.113.10'], port: 3478, turnsPort: null };
    const { own, others, serversFor } = turnServersOf({ relay: {}, otherTurn }, server);
    const [here, there] = serversFor('alice', { nodes: own ? [own] : [], others });
    const { client, sessions } = createSessions();
    client({ ...here }).allocate();
    for (const end of [() => {}, () => sessions.delete('alice')]) {
      end();
      expect(client({ ...there }, 2).outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
    }
  });

  it('are not what the operator makes, who answers for them: those need no session', () => {
    const { client, sessions, pass, sockets } = createSessions();
    sessions.delete('alice');
    client(OPERATOR).allocate([lifetime(3_600)]);
    pass(3_599_000);
    expect(sockets.size).toBe(1);
  });
});
