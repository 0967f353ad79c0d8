/** The agent's own contract, packet by packet: checks, role conflict, what is learned, how it ends. */
import { describe, expect, it } from 'vitest';
import { createIceAgent } from '../../src/ice/agent.ts';
import { attribute } from '../../src/stun/message.ts';
import {
  createBench,
  LOCAL,
  OWN,
  only,
  PEER,
  peerCheck,
  peerError,
  peerSuccess,
  REMOTE,
  remoteHost,
  type Sent,
  TIE_BREAKER,
} from './wire.ts';

describe('a check', () => {
  it('says who asks whom, in which role, and what its sender would be worth as a candidate', () => {
    const { to, message } = only(createBench().drain(0));
    expect(to).toEqual(REMOTE);
    expect(message.attributes.map(({ type }) => type)).toEqual([
      'USERNAME',
      'PRIORITY',
      'ICE-CONTROLLING',
      'MESSAGE-INTEGRITY',
      'FINGERPRINT',
    ]);
    expect(attribute(message, 'USERNAME')).toBe('peerfrag:ownfrag');
    expect(attribute(message, 'PRIORITY')).toBe(1862270975);
    expect(attribute(message, 'ICE-CONTROLLING')).toBe(TIE_BREAKER);
  });

  it('is sent seven times, soon and then ever more slowly, each time as a transaction of its own, and given up', () => {
    const bench = createBench({ taMs: 5 });
    const at: number[] = [];
    const ids = new Set<string>();
    for (let now = 0; now < 39_500; now = bench.until(now)) {
      for (const { message } of bench.drain(now)) {
        at.push(now);
        ids.add(message.transactionId.join());
      }
    }
    expect(at).toEqual([0, 10, 25, 50, 100, 300, 2000]);
    expect(ids.size).toBe(7);
    bench.drain(39_500);
    expect(bench.events.at(-1)).toEqual({ kind: 'failed', at: 39_500, reason: 'no-answer' });
  });

  it('goes out every Ta, the best pair first', () => {
    const bench = createBench({ isIntroduced: false });
    bench.agent.addRemoteCandidate({ ...remoteHost(REMOTE), priority: 1000, foundation: 'low' });
    bench.agent.addRemoteCandidate({ ...remoteHost({ ...REMOTE, port: 5001 }), foundation: 'high' });
    bench.agent.setRemoteCredentials(0, PEER);
    expect(only(bench.drain(0)).to.port).toBe(5001);
    expect(bench.drain(49)).toEqual([]);
    expect(only(bench.drain(50)).to.port).toBe(5000);
  });

  it('of a frozen pair waits for the other of its foundation', () => {
    const bench = createBench({ isIntroduced: false, taMs: 5 });
    bench.agent.addRemoteCandidate(remoteHost(REMOTE));
    bench.agent.addRemoteCandidate({ ...remoteHost({ ...REMOTE, port: 5001 }), priority: 1000 });
    bench.agent.setRemoteCredentials(0, PEER);
    const first = only(bench.drain(0));
    expect(bench.drain(5)).toEqual([]);
    bench.receive(7, peerSuccess(first));
    bench.drain(7);
    expect(bench.events.filter(({ kind }) => kind === 'check-sent')).toHaveLength(1);
  });

  it('leaves a passive socket for whoever checks it, and for candidates that come later', () => {
    const bench = createBench({ taMs: 5 });
    bench.drain(0);
    const aside = { address: LOCAL.address, port: 4001 };
    bench.agent.addLocalCandidate({ type: 'host', socket: 'aside', endpoint: aside, isPassive: true });
    expect(bench.drain(5)).toEqual([]);
    const back = bench.receive(6, peerCheck(), REMOTE, 'aside');
    expect(back.map(({ socket, to }) => [socket, to])).toEqual(Array(2).fill(['aside', REMOTE]));
    const later = { ...REMOTE, port: 5001 };
    bench.agent.addRemoteCandidate({ ...remoteHost(later), foundation: 'later' });
    const sent: Sent[] = [];
    for (let now = 6; now < 1000; now = bench.until(now)) sent.push(...bench.drain(now));
    expect(new Set(sent.flatMap(({ socket, to }) => (to.port === 5001 ? [socket] : [])))).toContain('aside');
  });

  it('goes out only once the credentials of the peer are known', () => {
    const bench = createBench({ isIntroduced: false });
    bench.agent.addRemoteCandidate(remoteHost(REMOTE));
    expect(bench.drain(0)).toEqual([]);
    expect(bench.until(0)).toBe(Number.POSITIVE_INFINITY);
    bench.agent.setRemoteCredentials(100, PEER);
    expect(bench.drain(100)).toHaveLength(1);
  });
});

describe('a role conflict', () => {
  it.each([
    ['controlling', 'ICE-CONTROLLING', TIE_BREAKER, 487, 'controlling'],
    ['controlling', 'ICE-CONTROLLING', TIE_BREAKER + 1n, undefined, 'controlled'],
    ['controlled', 'ICE-CONTROLLED', TIE_BREAKER, undefined, 'controlling'],
    ['controlled', 'ICE-CONTROLLED', TIE_BREAKER + 1n, 487, 'controlled'],
    ['controlling', 'ICE-CONTROLLED', TIE_BREAKER + 1n, undefined, 'controlling'],
  ] as const)('as %s with %s and %s: error %s, and it is %s then', (role, theirs, tieBreaker, error, then) => {
    const bench = createBench({ role });
    bench.drain(0);
    expect(bench.receive(1, peerCheck({ role: theirs, tieBreaker }))[0]?.error).toBe(error);
    expect(bench.agent.role()).toBe(then);
  });

  it('that the peer tells of with 487: the other role, another tie-breaker, and the check again', () => {
    const bench = createBench({ taMs: 5 });
    const { message } = only(bench.receive(1, peerError(only(bench.drain(0)), 487)));
    expect(bench.agent.role()).toBe('controlled');
    expect(attribute(message, 'ICE-CONTROLLED')).toBeDefined();
    expect(attribute(message, 'ICE-CONTROLLED')).not.toBe(TIE_BREAKER);
  });
});

describe('an endpoint that nobody told of', () => {
  const REMAPPED = { address: '198.51.100.9', port: 61_234 };

  it('is a candidate as soon as an authentic check comes from it, and is checked at once', () => {
    const bench = createBench({ taMs: 5 });
    bench.drain(0);
    bench.receive(7, peerCheck({ priority: 1234 }), REMAPPED);
    expect(bench.events.find(({ kind }) => kind === 'remote-candidate')).toMatchObject({
      candidate: { type: 'prflx', endpoint: REMAPPED, priority: 1234, related: null },
    });
    expect(bench.events.filter(({ kind }) => kind === 'check-sent').at(-1)).toMatchObject({
      at: 7,
      pair: { remote: { endpoint: REMAPPED } },
    });
  });

  it('becomes what signalling later says that it is', () => {
    const bench = createBench({ taMs: 5 });
    bench.drain(0);
    const sent = bench.receive(7, peerCheck(), REMAPPED);
    const check = only(sent.filter(({ message }) => message.class === 'request'));
    bench.agent.addRemoteCandidate({ ...remoteHost(REMAPPED), type: 'srflx', priority: 1694498815 });
    bench.receive(8, peerSuccess(check), REMAPPED);
    expect(bench.events.at(-1)).toMatchObject({ kind: 'pair-valid', pair: { remote: { type: 'srflx' } } });
  });

  it('of our own is a candidate when the peer answers with it', () => {
    const bench = createBench();
    bench.receive(3, peerSuccess(only(bench.drain(0)), REMAPPED));
    expect(bench.events.find(({ kind }) => kind === 'local-candidate')).toMatchObject({
      candidate: { type: 'prflx', endpoint: REMAPPED, base: LOCAL, related: LOCAL, priority: 1862270975 },
    });
    expect(bench.events.at(-1)).toMatchObject({ kind: 'pair-valid', pair: { local: { endpoint: REMAPPED } } });
  });
});

describe('an agent with two sockets', () => {
  it('checks from both, and tells by the socket of a reply which of them works', () => {
    const bench = createBench({ taMs: 5 });
    bench.agent.addLocalCandidate({ type: 'host', socket: 'second', endpoint: { address: '10.9.0.2', port: 4000 } });
    bench.drain(0);
    const check = only(bench.drain(5));
    const bytes = peerSuccess(check);
    bench.agent.handleDatagram(6, { socket: 'main', from: REMOTE, bytes });
    expect(bench.agent.rejected()).toEqual({ 'wrong-source': 1 });
    bench.agent.handleDatagram(7, { socket: 'second', from: REMOTE, bytes });
    bench.drain(7);
    expect(bench.events.find(({ kind }) => kind === 'pair-valid')).toMatchObject({ at: 7, pair: { socket: 'second' } });
  });
});

describe('a check of the peer before its credentials are known', () => {
  it('is answered at once, and followed by a check of this agent when they are', () => {
    const bench = createBench({ isIntroduced: false });
    expect(only(bench.receive(1, peerCheck())).message.class).toBe('success');
    bench.agent.setRemoteCredentials(50, PEER);
    expect(only(bench.drain(50)).to).toEqual(REMOTE);
  });
});

describe('the end', () => {
  it.each([
    [
      'no-local-candidates',
      () => createIceAgent({ role: 'controlled', credentials: OWN, randomBytes: (n) => new Uint8Array(n) }),
    ],
    ['no-remote-candidates', () => createBench({ isIntroduced: false, timeoutMs: 1000 }).agent],
  ] as const)('%s', (reason, create) => {
    const agent = create();
    agent.endOfLocalCandidates();
    agent.endOfRemoteCandidates();
    agent.setRemoteCredentials(0, PEER);
    const at = reason === 'no-local-candidates' ? 0 : 1000;
    expect(agent.poll(at)).toEqual({ kind: 'event', event: { kind: 'failed', at, reason } });
    expect(agent.poll(at)).toEqual({ kind: 'done', result: 'closed' });
  });

  it('comes at once when the system will send on no pair', () => {
    const bench = createBench({ taMs: 5 });
    bench.agent.endOfLocalCandidates();
    bench.agent.endOfRemoteCandidates();
    for (let now = 0; now < 31; now++) {
      for (const { to } of bench.drain(now))
        bench.agent.handleSendFailure(now, { socket: 'main', to, code: 'ENETUNREACH' });
      bench.drain(now);
    }
    expect(bench.events.at(-1)).toEqual({ kind: 'failed', at: 25, reason: 'send-refused' });
  });

  it('comes at once when the peer refuses for good, and not for a 401 that may pass', () => {
    const bench = createBench({ taMs: 5 });
    bench.agent.endOfLocalCandidates();
    bench.agent.endOfRemoteCandidates();
    bench.receive(1, peerError(only(bench.drain(0)), 401));
    bench.receive(11, peerError(only(bench.drain(10)), 400));
    expect(bench.events.at(-1)).toEqual({ kind: 'failed', at: 11, reason: 'refused-by-peer' });
  });

  it('by its owner: nothing is sent or answered afterwards', () => {
    const bench = createBench();
    bench.agent.close();
    expect(bench.receive(1, peerCheck())).toEqual([]);
    expect(bench.agent.poll(1)).toEqual({ kind: 'done', result: 'closed' });
  });
});

describe('options out of range', () => {
  it('are refused', () => {
    const rest = { role: 'controlled', randomBytes: (length: number) => new Uint8Array(length) } as const;
    expect(() => createIceAgent({ ...rest, credentials: OWN, taMs: 4 })).toThrow(RangeError);
    expect(() => createIceAgent({ ...rest, credentials: { ufrag: 'abc', pwd: OWN.pwd } })).toThrow(RangeError);
    expect(() => createBench().agent.setRemoteCredentials(0, { ufrag: 'abcd', pwd: 'short' })).toThrow(RangeError);
  });
});
