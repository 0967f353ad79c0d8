/** Which pair is selected, and when: nominated by us, or by a regular or an aggressive peer. */
import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/ice/role.ts';
import { attribute } from '../../../src/stun/message.ts';
import { createBench, only, PEER, peerCheck, peerSuccess, REMOTE, remoteHost } from '../wire.ts';

const kinds = (bench: { readonly events: readonly { readonly kind: string }[] }): readonly string[] =>
  bench.events.map(({ kind }) => kind);

/** With two candidates of the peer, REMOTE and one that is worth less. */
function createTwoPairBench(role: Role = 'controlling') {
  const bench = createBench({ role, taMs: 5, isIntroduced: false });
  const lower = { ...REMOTE, port: 5001 };
  bench.agent.addRemoteCandidate({ ...remoteHost(REMOTE), foundation: 'high' });
  bench.agent.addRemoteCandidate({ ...remoteHost(lower), priority: 1000, foundation: 'low' });
  bench.agent.setRemoteCredentials(0, PEER);
  return { bench, lower };
}

describe('nomination', () => {
  it('by the controlling side: a second check with USE-CANDIDATE, and its answer connects', () => {
    const bench = createBench({ taMs: 5 });
    const nomination = only(bench.receive(3, peerSuccess(only(bench.drain(0)))));
    expect(attribute(nomination.message, 'USE-CANDIDATE')).toBe(true);
    expect(bench.agent.selected()).toBeNull();
    bench.receive(9, peerSuccess(nomination));
    expect(kinds(bench)).toEqual(['check-sent', 'pair-valid', 'connected']);
    expect(bench.events.at(-1)).toMatchObject({
      at: 9,
      rttMs: 6,
      checksSent: 2,
      pair: { remote: { endpoint: REMOTE } },
    });
    expect(bench.agent.selected()?.remote.endpoint).toEqual(REMOTE);
  });

  it('rides on the check that the peer’s own triggers, where no better pair is left', () => {
    const bench = createBench({ taMs: 5 });
    const first = only(bench.drain(0));
    expect(attribute(first.message, 'USE-CANDIDATE')).toBeUndefined();
    const [, triggered] = bench.receive(3, peerCheck({ role: 'ICE-CONTROLLED' }));
    if (!triggered) throw new Error('no triggered check');
    expect(attribute(triggered.message, 'USE-CANDIDATE')).toBe(true);
    // The first check's answer makes the pair valid; only the nomination's selects it.
    bench.receive(6, peerSuccess(first));
    expect(bench.agent.selected()).toBeNull();
    bench.receive(9, peerSuccess(triggered));
    expect(kinds(bench)).toEqual(['check-sent', 'check-received', 'pair-valid', 'connected']);
  });

  it('does not ride on the check of a pair before every better one was tried twice', () => {
    const { bench, lower } = createTwoPairBench();
    bench.drain(0);
    const sent = [...bench.receive(1, peerCheck({ role: 'ICE-CONTROLLED' }), lower)];
    for (let now = 2; now <= 15; now++) sent.push(...bench.drain(now));
    const checks = sent
      .filter(({ message }) => message.class === 'request')
      .map(({ to, message }) => ({ to, nominates: attribute(message, 'USE-CANDIDATE') === true }));
    expect(checks).toEqual([
      { to: lower, nominates: false },
      { to: REMOTE, nominates: false },
      { to: lower, nominates: true },
    ]);
  });

  it('of a pair that is heard but never answers does not hold up one that does', () => {
    const { bench, lower } = createTwoPairBench();
    bench.drain(0);
    const toLower = only(bench.drain(5));
    bench.receive(6, peerCheck({ role: 'ICE-CONTROLLED' }));
    bench.receive(7, peerSuccess(toLower), lower);
    const nominations = [];
    for (let now = 7; now < 60; now++) {
      const sent = bench.drain(now).filter(({ message }) => attribute(message, 'USE-CANDIDATE'));
      nominations.push(...sent.filter(({ to }) => to.port === lower.port));
    }
    const [nomination] = nominations;
    if (!nomination) throw new Error('the pair that answers was not nominated');
    bench.receive(60, peerSuccess(nomination), lower);
    expect(bench.agent.selected()?.remote.endpoint).toEqual(lower);
  });

  it('by the controlling side is sent again when it is lost', () => {
    const bench = createBench({ taMs: 5 });
    bench.receive(0, peerSuccess(only(bench.drain(0))));
    expect(attribute(only(bench.drain(bench.until(5))).message, 'USE-CANDIDATE')).toBe(true);
  });

  it('whose answer is lost is sent again once an answer could be there, however often the check was sent before', () => {
    const bench = createBench({ taMs: 5 });
    const first = only(bench.drain(0));
    const nominatedAt: number[] = [];
    const watch = (now: number): void => {
      const nominations = bench.drain(now).filter(({ message }) => attribute(message, 'USE-CANDIDATE'));
      for (const _ of nominations) nominatedAt.push(now);
    };
    for (let now = 1; now < 160; now++) watch(now);
    bench.receive(160, peerCheck({ role: 'ICE-CONTROLLED' }));
    bench.receive(160, peerSuccess(first));
    nominatedAt.length = 0;
    for (let now = 161; now < 1500; now++) watch(now);
    // The round trip is 160 ms: 1.5 of it and 5 ms.
    expect(nominatedAt).toEqual([170, 415, 660, 905, 1150, 1395]);
  });

  it('is sent again more slowly on a short path, which may have stalled', () => {
    const bench = createBench({ taMs: 5 });
    bench.receive(2, peerSuccess(only(bench.drain(0))));
    const at: number[] = [];
    for (let now = 3; now < 8000; now++) {
      for (const { message } of bench.drain(now)) if (attribute(message, 'USE-CANDIDATE')) at.push(now);
    }
    expect(at.slice(0, 9)).toEqual([12, 27, 50, 84, 135, 211, 325, 496, 696]);
    expect(at).toHaveLength(23);
  });

  it('of the peer counts once the check of the pair has succeeded', () => {
    const bench = createBench({ role: 'controlled', taMs: 5 });
    const check = only(bench.drain(0));
    bench.receive(1, peerCheck({ role: 'ICE-CONTROLLING', nominates: true }));
    expect(bench.agent.selected()).toBeNull();
    bench.receive(2, peerSuccess(check));
    expect(kinds(bench)).toEqual(['check-sent', 'check-received', 'pair-valid', 'connected']);
  });

  it('of an aggressive peer moves to a better pair that is nominated later', () => {
    const bench = createBench({ role: 'controlled', taMs: 5, isIntroduced: false });
    const better = { ...REMOTE, port: 5001 };
    bench.agent.addRemoteCandidate({ ...remoteHost(REMOTE), priority: 1000, foundation: 'low' });
    bench.agent.addRemoteCandidate({ ...remoteHost(better), foundation: 'high' });
    bench.agent.setRemoteCredentials(0, PEER);
    const toBetter = only(bench.drain(0));
    const toLower = only(bench.drain(5));
    bench.receive(6, peerCheck({ role: 'ICE-CONTROLLING', nominates: true }));
    bench.receive(6, peerSuccess(toLower));
    bench.receive(7, peerCheck({ role: 'ICE-CONTROLLING', nominates: true }), better);
    bench.receive(8, peerSuccess(toBetter), better);
    expect(kinds(bench).slice(-4)).toEqual(['connected', 'check-received', 'pair-valid', 'pair-switched']);
    expect(bench.agent.selected()?.remote.endpoint).toEqual(better);
  });

  it('of an aggressive peer stays with the better pair, whichever came first', () => {
    const { bench, lower } = createTwoPairBench('controlled');
    const [toBetter, toLower] = [only(bench.drain(0)), only(bench.drain(5))];
    bench.receive(6, peerCheck({ role: 'ICE-CONTROLLING', nominates: true }));
    bench.receive(6, peerSuccess(toBetter));
    bench.receive(7, peerCheck({ role: 'ICE-CONTROLLING', nominates: true }), lower);
    bench.receive(8, peerSuccess(toLower), lower);
    expect(kinds(bench).slice(-3)).toEqual(['connected', 'check-received', 'pair-valid']);
    expect(bench.agent.selected()?.remote.endpoint).toEqual(REMOTE);
  });

  it('waits a moment for a better pair that is still open, and not longer', () => {
    const { bench, lower } = createTwoPairBench();
    bench.drain(0);
    const toLower = only(bench.drain(5));
    bench.receive(9, peerSuccess(toLower), lower);
    const isNomination = (sent: { readonly message: Parameters<typeof attribute>[0] }): boolean =>
      attribute(sent.message, 'USE-CANDIDATE') === true;
    // The better pair has had more than the round trip of 4 ms: 5 ms for queueing.
    for (let now = 9; now < 14; now++) expect(bench.drain(now).filter(isNomination)).toEqual([]);
    expect([...bench.drain(14), ...bench.drain(15)].filter(isNomination).map(({ to }) => to)).toEqual([lower]);
  });
});
