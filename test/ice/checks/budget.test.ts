/** How many checks a peer can make an agent send to somebody else, whatever it tells and however often. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { MAX_SENDS } from '../../../src/ice/checklist/pace.ts';
import { CHECKS_IF_HEARD, CHECKS_MAX, CHECKS_PER_ADDRESS, createCheckBudget } from '../../../src/ice/checks/budget.ts';
import { type Bench, createBench, peerCheck, peerSuccess, remoteHost, type Sent } from '../wire.ts';

const VICTIM = '198.51.100.66';
/** Longer than all checks of an agent take. */
const END_MS = 60_000;

/** Lets the agent do all that it will do by itself; how many checks went to each endpoint. */
function exhaust(bench: Bench, onSent: (one: Sent, now: number) => void = () => {}) {
  const counts = new Map<string, number>();
  for (let now = 0; now < END_MS; ) {
    for (const one of bench.drain(now)) {
      const { to, message } = one;
      if (message.class !== 'request') continue;
      const key = `${to.address}:${to.port}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      onSent(one, now);
    }
    now = Math.max(now + 1, Math.min(bench.until(now), END_MS));
  }
  return counts;
}
const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, one) => sum + one, 0);
const told = (count: number, addressOf: (index: number) => string): readonly Endpoint[] =>
  Array.from({ length: count }, (_, index) => ({ address: addressOf(index), port: 1000 + index }));

describe('what an agent sends to endpoints that do not answer', () => {
  it('is seven checks each, as of any STUN request', () => {
    const counts = exhaust(createBench({ taMs: 5 }));
    expect(MAX_SENDS).toBe(7);
    expect([...counts]).toEqual([['10.0.0.3:5000', 7]]);
  });

  it('is the budget of one address, however many of its ports the peer tells of', () => {
    const bench = createBench({ taMs: 5 });
    for (const endpoint of told(90, () => VICTIM)) bench.agent.addRemoteCandidate(remoteHost(endpoint));
    const counts = exhaust(bench);
    counts.delete('10.0.0.3:5000');
    expect(total(counts)).toBe(CHECKS_PER_ADDRESS);
  });

  it('is the budget in all, however many addresses the peer tells of', () => {
    const bench = createBench({ taMs: 5 });
    for (const endpoint of told(90, (index) => `198.51.100.${index}`)) {
      bench.agent.addRemoteCandidate(remoteHost(endpoint));
    }
    expect(total(exhaust(bench))).toBe(CHECKS_MAX);
  });

  it('is one budget for all the agents that share it', () => {
    const budget = createCheckBudget();
    const sent = Array.from({ length: 3 }, () => {
      const bench = createBench({ taMs: 5, budget });
      for (const endpoint of told(12, () => VICTIM)) bench.agent.addRemoteCandidate(remoteHost(endpoint));
      const counts = exhaust(bench);
      counts.delete('10.0.0.3:5000');
      return total(counts);
    });
    expect(sent).toEqual([84, CHECKS_PER_ADDRESS - 84, 0]);
  });

  it('is the budget of one address where the peer forges checks from there', () => {
    const bench = createBench({ taMs: 5, timeoutMs: END_MS });
    let sent = 0;
    for (let now = 0; now < 20_000; now += 5) {
      const from = { address: VICTIM, port: 1000 + ((now / 5) % 40) };
      const answers = bench.receive(now, peerCheck(), from);
      const all = [...answers, ...bench.drain(now)];
      sent += all.filter(({ to, message }) => to.address === VICTIM && message.class === 'request').length;
    }
    expect(sent).toBe(CHECKS_PER_ADDRESS + CHECKS_IF_HEARD);
  });

  it('leaves something for the port from which a check has come, when the others have used up their budget', () => {
    const budget = createCheckBudget();
    const [silent, heard] = [
      { address: VICTIM, port: 1 },
      { address: VICTIM, port: 2 },
    ];
    for (let count = 0; count < CHECKS_PER_ADDRESS; count++) expect(budget.take(silent, false)).toBe(true);
    expect(budget.take(silent, false)).toBe(false);
    for (let count = 0; count < CHECKS_IF_HEARD; count++) expect(budget.take(heard, true)).toBe(true);
    expect(budget.take(heard, true)).toBe(false);
  });
});

describe('what an agent sends to endpoints that answer', () => {
  it('comes out of no budget', () => {
    const budget = createCheckBudget({ perAddress: 2, total: 2 });
    const bench = createBench({ taMs: 5, timeoutMs: END_MS, budget });
    const counts = exhaust(bench, (sent, now) => {
      bench.receive(now + 1, peerSuccess(sent), sent.to);
    });
    // Its nomination, and then a check about every five seconds for as long as the peer consents.
    expect(counts.get('10.0.0.3:5000')).toBeGreaterThan(10);
  });

  it('goes to that endpoint alone: the other ports of its address stay within the budget', () => {
    const budget = createCheckBudget({ perAddress: 3, total: 10 });
    const [first, other] = [
      { address: VICTIM, port: 1 },
      { address: VICTIM, port: 2 },
    ];
    const take = (to: Endpoint): boolean => budget.take(to, false);
    expect([take(first), take(first)]).toEqual([true, true]);
    budget.answered(first);
    expect([take(first), take(first)]).toEqual([true, true]);
    expect([take(other), take(other)]).toEqual([true, false]);
  });
});
