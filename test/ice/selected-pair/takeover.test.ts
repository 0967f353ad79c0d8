/** The peer's router has restarted: its checks come from another endpoint, and nothing gets to the one that was selected. */
import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/ice/role.ts';
import { attribute } from '../../../src/stun/message.ts';
import { type Bench, createBench, LOCAL, only, peerCheck, peerSuccess, REMOTE, type Sent } from '../wire.ts';

/** Where the peer's checks come from after the restart. */
const MOVED = { ...REMOTE, port: 6000 };
/** Where the peer sees this side after a restart of its own router. */
const REMAPPED = { ...LOCAL, port: 7000 };

const OTHER = { controlling: 'ICE-CONTROLLED', controlled: 'ICE-CONTROLLING' } as const;

/** Connected to REMOTE after 8 ms, with consent confirmed in both directions. */
function connect(role: Role): Bench {
  const bench = createBench({ role, taMs: 5 });
  const first = only(bench.drain(0));
  if (role === 'controlling') bench.receive(5, peerSuccess(only(bench.receive(3, peerSuccess(first)))));
  else {
    bench.receive(3, peerSuccess(first));
    bench.receive(5, peerCheck({ role: OTHER[role], nominates: true }));
  }
  bench.receive(8, peerCheck({ role: OTHER[role] }));
  for (let now = 9; now < 1000; now++)
    for (const check of requests(bench.drain(now))) bench.receive(now, peerSuccess(check));
  expect(bench.agent.selected()?.remote.endpoint).toEqual(REMOTE);
  return bench;
}

const requests = (sent: readonly Sent[]): readonly Sent[] => sent.filter(({ message }) => message.class === 'request');
const nominates = ({ message }: Sent): boolean => attribute(message, 'USE-CANDIDATE') === true;

/** All requests from `from` until `end`; those to MOVED are answered at once. */
function run(bench: Bench, from: number, end: number): readonly (Sent & { readonly at: number })[] {
  const sent: (Sent & { readonly at: number })[] = [];
  for (let now = from; now < end; now++) {
    for (const check of requests(bench.drain(now))) {
      sent.push({ ...check, at: now });
      if (check.to.port === MOVED.port) bench.receive(now, peerSuccess(check), MOVED);
    }
  }
  return sent;
}

/** What it has told since it was connected and settled. */
const kindsSince = ({ events }: Bench): readonly string[] =>
  events.filter(({ at }) => at >= 1000).map(({ kind }) => kind);

describe('a check of the peer from another endpoint', () => {
  it('has the controlling side ask for consent at once, and nominate that pair when no answer comes', () => {
    const bench = connect('controlling');
    const [asked] = requests(bench.receive(1000, peerCheck({ role: 'ICE-CONTROLLED' }), MOVED));
    expect(asked?.to).toEqual(REMOTE);
    const sent = run(bench, 1001, 1600);
    const [nomination] = sent.filter(nominates);
    expect(nomination).toMatchObject({ to: MOVED, at: 1500 });
    expect(bench.agent.selected()?.remote.endpoint).toEqual(MOVED);
    expect(kindsSince(bench)).toEqual([
      ...['remote-candidate', 'check-received', 'check-sent', 'pair-valid', 'pair-switched'],
    ]);
  });

  it('changes nothing while the selected pair is answered, whoever sends it', () => {
    for (const role of ['controlling', 'controlled'] as const) {
      const bench = connect(role);
      for (let now = 1000; now < 20_000; now = bench.until(now)) {
        const sent = [...bench.drain(now), ...bench.receive(now, peerCheck({ role: OTHER[role] }), MOVED)];
        for (const check of requests(sent)) {
          expect(check.to).toEqual(REMOTE);
          bench.receive(now, peerSuccess(check));
        }
      }
      expect(bench.agent.selected()?.remote.endpoint).toEqual(REMOTE);
      expect(kindsSince(bench)).toEqual(['remote-candidate', 'check-received']);
    }
  });

  it('has the controlled side check that pair, and select it once the peer nominates it', () => {
    const bench = connect('controlled');
    bench.receive(1000, peerCheck({ role: 'ICE-CONTROLLING' }), MOVED);
    expect(run(bench, 1001, 1600).filter(({ to }) => to.port === MOVED.port)).toMatchObject([{ at: 1500 }]);
    expect(bench.agent.selected()?.remote.endpoint).toEqual(REMOTE);
    bench.receive(1600, peerCheck({ role: 'ICE-CONTROLLING', nominates: true }), MOVED);
    expect(bench.agent.selected()?.remote.endpoint).toEqual(MOVED);
    expect(kindsSince(bench).at(-1)).toBe('pair-switched');
  });

  it('that nominates it is taken by the controlled side as soon as the selected pair is silent, and not before', () => {
    const bench = connect('controlled');
    bench.receive(1000, peerCheck({ role: 'ICE-CONTROLLING', nominates: true }), MOVED);
    run(bench, 1000, 1500);
    expect(bench.agent.selected()?.remote.endpoint).toEqual(REMOTE);
    run(bench, 1500, 1501);
    expect(bench.agent.selected()?.remote.endpoint).toEqual(MOVED);
  });

  it('takes over a doubtful path at once, which is then no longer doubtful', () => {
    const bench = connect('controlling');
    run(bench, 1000, 10_000);
    const sent = requests(bench.receive(10_000, peerCheck({ role: 'ICE-CONTROLLED' }), MOVED));
    const nomination = only(sent.filter(nominates));
    bench.receive(10_001, peerSuccess(nomination), MOVED);
    expect(bench.agent.selected()?.remote.endpoint).toEqual(MOVED);
    expect(kindsSince(bench)).toEqual([
      ...['consent-doubtful', 'remote-candidate', 'check-received', 'check-sent', 'pair-valid', 'pair-switched'],
      'consent-restored',
    ]);
  });

  it('moves nothing without an answer from there', () => {
    const bench = connect('controlling');
    bench.receive(1000, peerCheck({ role: 'ICE-CONTROLLED' }), MOVED);
    let checks = 0;
    for (let now = 1001; now < 20_000; now++) {
      checks += requests(bench.drain(now)).filter(({ to }) => to.port === MOVED.port).length;
    }
    expect(bench.agent.selected()?.remote.endpoint).toEqual(REMOTE);
    expect(checks).toBe(7);
  });

  it('that is no check of the peer moves nothing', () => {
    const bench = connect('controlling');
    bench.receive(1000, peerCheck({ role: 'ICE-CONTROLLED', pwd: 'another+password+of+22' }), MOVED);
    expect(run(bench, 1001, 30_000).filter(({ to }) => to.port === MOVED.port)).toEqual([]);
  });
});

describe('an answer that shows this side at another endpoint', () => {
  /** Answers the next check of consent as a peer that sees this side at REMAPPED. */
  function remap(bench: Bench): readonly Sent[] {
    let now = 1000;
    for (;;) {
      const [check] = requests(bench.drain(now));
      if (check) return requests(bench.receive(now, peerSuccess(check, REMAPPED)));
      now = bench.until(now);
    }
  }

  it('has the controlling side nominate the pair again, since the peer may not have it so', () => {
    const bench = connect('controlling');
    expect(remap(bench).map((check) => [check.to, nominates(check)])).toEqual([[REMOTE, true]]);
    expect(kindsSince(bench)).toEqual(['local-candidate']);
  });

  it('needs nothing of the controlled side', () => {
    expect(remap(connect('controlled'))).toEqual([]);
  });
});
