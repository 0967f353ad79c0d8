/** Two agents on one socket: each datagram is owned by the agent that it is for, and asking changes nothing. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoint.ts';
import { encodeFarewell } from '../../src/ice/checks/messages.ts';
import { encode } from '../../src/stun/encode.ts';
import { METHOD } from '../../src/stun/header.ts';
import { shortTermKey } from '../../src/stun/integrity.ts';
import {
  type Bench,
  createBench,
  freshId,
  OWN,
  only,
  PEER,
  peerCheck,
  peerError,
  peerSuccess,
  REMOTE,
  type Sent,
} from './wire.ts';

/** The first agent's fragment is the beginning of the second's. */
const SECOND = { ufrag: `${OWN.ufrag}2`, pwd: 'second+password+of+22+chars' };
const ELSEWHERE: Endpoint = { address: '10.0.0.4', port: 5000 };
const DATA = new TextEncoder().encode('hello');
const NOBODY = [false, false];

type Two = readonly [Bench, Bench];

/** Both have the host candidate of one socket, and a peer at REMOTE. */
function createTwo(): Two {
  return [createBench({ taMs: 5 }), createBench({ taMs: 5, credentials: SECOND, randomBytes: freshBytes })];
}

/** Bytes that the first agent does not draw. */
function freshBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(2);
  bytes.set(freshId().subarray(8));
  return bytes;
}

function owners(two: Two, bytes: Uint8Array, from = REMOTE): readonly boolean[] {
  return two.map(({ agent }) => agent.owns({ socket: 'main', from, bytes }));
}

describe('a check', () => {
  it('is owned by the agent whose fragment and a colon begin its username, wherever it comes from', () => {
    const two = createTwo();
    expect(owners(two, peerCheck())).toEqual([true, false]);
    expect(owners(two, peerCheck(), ELSEWHERE)).toEqual([true, false]);
    expect(owners(two, peerCheck({ username: `${SECOND.ufrag}:${PEER.ufrag}` }))).toEqual([false, true]);
  });

  it('is owned before anything is known of the peer', () => {
    const { agent } = createBench({ isIntroduced: false });
    expect(agent.owns({ socket: 'main', from: REMOTE, bytes: peerCheck() })).toBe(true);
  });

  it('for another agent, or without a username, is owned by nobody, from a known endpoint of the peer too', () => {
    const two = createTwo();
    two[0].receive(1, peerCheck());
    expect(owners(two, peerCheck({ username: `someone:${OWN.ufrag}` }))).toEqual(NOBODY);
    expect(owners(two, peerCheck({ username: OWN.ufrag }))).toEqual(NOBODY);
    expect(owners(two, peerCheck({ username: null }))).toEqual(NOBODY);
  });
});

describe('a response', () => {
  it.each([
    ['success', (check: Sent) => peerSuccess(check)],
    ['error', (check: Sent) => peerError(check, 401)],
  ] as const)('that is a %s is owned by the agent that asked, until it has taken it', (_class, answer) => {
    const two = createTwo();
    const [first, second] = two.map((bench) => answer(only(bench.drain(0))));
    if (!first || !second) throw new Error('an agent did not ask');
    expect(owners(two, first)).toEqual([true, false]);
    expect(owners(two, second)).toEqual([false, true]);
    expect(owners(two, second, ELSEWHERE)).toEqual([false, true]);
    two[1].receive(1, second);
    expect(owners(two, second)).toEqual(NOBODY);
    expect(owners(two, first)).toEqual([true, false]);
  });

  it('to nothing that was asked is owned by nobody', () => {
    const two = createTwo();
    const check = only(two[0].drain(0));
    const other = { ...check, message: { ...check.message, transactionId: freshId() } };
    expect(owners(two, peerSuccess(other))).toEqual(NOBODY);
  });
});

describe('an indication', () => {
  const farewell = (ufrag: string): Uint8Array =>
    encodeFarewell({ transactionId: freshId(), username: `${ufrag}:${PEER.ufrag}`, key: shortTermKey(OWN.pwd) });

  it('that is a farewell is owned by the agent that it names', () => {
    const two = createTwo();
    expect(owners(two, farewell(OWN.ufrag))).toEqual([true, false]);
    expect(owners(two, farewell(SECOND.ufrag))).toEqual([false, true]);
    expect(owners(two, farewell('someone'))).toEqual(NOBODY);
  });

  it('that names no agent, as the keepalive of an old one, is owned by nobody', () => {
    const two = createTwo();
    two[0].receive(1, peerCheck());
    const message = { class: 'indication', method: METHOD.binding, transactionId: freshId(), attributes: [] } as const;
    expect(owners(two, encode(message, { fingerprint: true }))).toEqual(NOBODY);
  });
});

describe('what is not STUN', () => {
  it('is owned from where the peer was heard', () => {
    const two = createTwo();
    expect(owners(two, DATA)).toEqual(NOBODY);
    two[0].receive(1, peerCheck());
    expect(owners(two, DATA)).toEqual([true, false]);
    expect(owners(two, DATA, ELSEWHERE)).toEqual(NOBODY);
    expect(two[0].agent.owns({ socket: 'other', from: REMOTE, bytes: DATA })).toBe(false);
  });

  it('is owned from where the peer has answered', () => {
    const two = createTwo();
    two[1].receive(1, peerSuccess(only(two[1].drain(0))));
    expect(owners(two, DATA)).toEqual([false, true]);
  });

  it('is owned by both where the peers of both are at one endpoint', () => {
    const two = createTwo();
    two[0].receive(1, peerCheck());
    two[1].receive(1, peerSuccess(only(two[1].drain(0))));
    expect(owners(two, DATA)).toEqual([true, true]);
  });
});

describe('asking', () => {
  it('changes nothing: what is owned is taken afterwards as if nobody had asked', () => {
    const asked = createTwo();
    const [agent] = asked;
    const [unasked] = createTwo();
    const check = peerCheck();
    const success = peerSuccess(only(agent.drain(0)));
    unasked.drain(0);
    for (const bytes of [check, success, peerCheck({ pwd: null }), DATA]) {
      expect(owners(asked, bytes)).toEqual([bytes !== DATA, false]);
    }
    expect(agent.drain(0)).toEqual([]);
    expect(agent.agent.rejected()).toEqual({});
    for (const bytes of [success, check]) expect(agent.receive(1, bytes)).toEqual(unasked.receive(1, bytes));
    expect(agent.events).toEqual(unasked.events);
  });

  it('a closed agent: it owns nothing', () => {
    const two = createTwo();
    two[0].receive(1, peerCheck());
    two[0].agent.close();
    expect(owners(two, peerCheck())).toEqual(NOBODY);
    expect(owners(two, DATA)).toEqual(NOBODY);
  });
});

describe('two agents on one socket', () => {
  it('are both connected when each datagram goes to its owner alone', () => {
    const two = createTwo();
    const credentials = [OWN, SECOND];
    for (let now = 0; now < 60; now++) {
      const sent = two.flatMap((bench) => bench.drain(now));
      const answers = sent.filter(({ message }) => message.class === 'request').map((check) => peerSuccess(check));
      const checks = credentials.map(({ ufrag, pwd }) => peerCheck({ username: `${ufrag}:${PEER.ufrag}`, pwd }));
      for (const bytes of [...answers, ...checks]) {
        const mine = two.filter(({ agent }) => agent.owns({ socket: 'main', from: REMOTE, bytes }));
        expect(mine).toHaveLength(1);
        mine[0]?.agent.handleDatagram(now, { socket: 'main', from: REMOTE, bytes });
      }
    }
    expect(two.map(({ agent }) => agent.selected()?.remote.endpoint)).toEqual([REMOTE, REMOTE]);
    expect(two.map(({ agent }) => agent.rejected())).toEqual([{}, {}]);
  });
});
