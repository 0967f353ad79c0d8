import { describe, expect, it } from 'vitest';
import { FIREWALLED, OPEN, UDP_BLOCKED } from '../../../../lab/accesses.ts';
import { expectationOf, judgeCell, type PunchedSide } from '../../../../lab/docker/matrix/cell.ts';
import {
  CLASSIC_NATS,
  FULL_CONE,
  HARD_NATS,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  type Ipv6Access,
  PORT_RESTRICTED,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';
import { behind, direct, directTo, failed } from './example.ts';

describe('what is expected of a pair', () => {
  it('is by arithmetic: the technique, and its odds', () => {
    const techniques = CLASSIC_NATS.map((a) =>
      CLASSIC_NATS.map((b) => expectationOf(behind(a), behind(b))).map(({ technique }) => technique),
    );
    const open = 'simultaneous-open';
    expect(techniques).toEqual([
      [open, open, open, open],
      [open, open, open, open],
      [open, open, open, 'birthday'],
      [open, open, 'birthday', 'relay'],
    ]);
    expect(expectationOf(behind(SYMMETRIC), behind(PORT_RESTRICTED))).toEqual({
      technique: 'birthday',
      probability: expect.closeTo(0.999999935, 9),
      outcome: 'direct',
      reasons: [null, null],
    });
  });

  it('is a relayed path where there is a relay, else the same failure for both', () => {
    const pair = [behind(SYMMETRIC), behind(SYMMETRIC)] as const;
    const expected = { technique: 'relay', probability: 0 };
    expect(expectationOf(...pair, { hasRelay: true })).toEqual({
      ...expected,
      outcome: 'relayed',
      reasons: [null, null],
    });
    expect(expectationOf(...pair)).toEqual({ ...expected, outcome: 'failed', reasons: ['no-path', 'no-path'] });
  });

  it('is told of accesses without a NAT as well', () => {
    expect(expectationOf(OPEN.access, behind(SYMMETRIC)).technique).toBe('simultaneous-open');
    expect(expectationOf(FIREWALLED.access, behind(SYMMETRIC)).technique).toBe('birthday');
    expect(expectationOf(UDP_BLOCKED.access, OPEN.access)).toEqual({
      technique: 'relay',
      probability: 0,
      outcome: 'failed',
      reasons: ['udp-silent', 'no-peer'],
    });
    expect(expectationOf(UDP_BLOCKED.access, OPEN.access, { hasRelay: true }).outcome).toBe('relayed');
  });

  it('is the better of what both families give, of which one that is dropped gives nothing', () => {
    const pair = [behind(SYMMETRIC), behind(SYMMETRIC)] as const;
    const [open, , firewall, nat66] = IPV6_ACCESSES.map(({ access }) => access) as [Ipv6Access, ...Ipv6Access[]];
    const over = (a: Ipv6Access | null = null, b: Ipv6Access | null = null) => {
      const { technique, outcome, probability } = expectationOf(...pair, { hasRelay: true, ipv6: [a, b] });
      return [technique, outcome, probability];
    };
    const direct6 = ['simultaneous-open', 'direct', 1];
    const relayed = ['relay', 'relayed', 0];
    expect([over(open, open), over(firewall, nat66), over(nat66, nat66)]).toEqual([direct6, direct6, direct6]);
    expect([over(open), over(open, IPV6_DROPPED.access), over()]).toEqual([relayed, relayed, relayed]);
    const certain = expectationOf(behind(FULL_CONE), behind(FULL_CONE));
    expect(expectationOf(behind(FULL_CONE), behind(FULL_CONE), { ipv6: [open, IPV6_DROPPED.access] })).toEqual(certain);
  });

  it('is a path over IPv6 where UDP is blocked over IPv4, and no silence of UDP where IPv6 has some', () => {
    const blocked = [UDP_BLOCKED.access, UDP_BLOCKED.access] as const;
    const [open] = IPV6_ACCESSES.map(({ access }) => access);
    expect(expectationOf(...blocked, { ipv6: [open ?? null, open ?? null] }).outcome).toBe('direct');
    expect(expectationOf(...blocked, { ipv6: [open ?? null, null] }).reasons).toEqual(['no-peer', 'udp-silent']);
  });

  it('is known for every access of the labs', () => {
    const accesses = [
      ...CLASSIC_NATS.map(behind),
      ...HARD_NATS.map((one) => ('access' in one ? one.access : behind(one))),
    ];
    for (const a of accesses) for (const b of accesses) expect(expectationOf(a, b)).toEqual(expectationOf(b, a));
  });
});

describe('a cell', () => {
  const judge = (prospect: 'direct' | 'relay', a: PunchedSide, b: PunchedSide) => {
    const peer = behind(prospect === 'direct' ? FULL_CONE : SYMMETRIC);
    const { actual, isAsExpected } = judgeCell({ a: 'a', b: 'b', expected: expectationOf(peer, peer) }, [a, b]);
    return { outcome: actual.outcome, isAsExpected };
  };
  const mute: PunchedSide = { exitCode: 70, report: null, stderr: 'boom' };

  it('is as expected when both sides are, and takes as long as the later one', () => {
    const expected = expectationOf(behind(FULL_CONE), behind(FULL_CONE));
    const sides = [direct(12), direct(15)] as const;
    expect(judgeCell({ a: 'one', b: 'two', expected }, sides)).toEqual({
      a: 'one',
      b: 'two',
      expected,
      actual: {
        outcome: 'direct',
        reasons: [null, null],
        techniques: ['simultaneous-open', 'simultaneous-open'],
        ms: 15,
      },
      isAsExpected: true,
      sides,
    });
    expect(judge('relay', failed('no-path'), failed('no-path'))).toEqual({ outcome: 'failed', isAsExpected: true });
  });

  it('has the families of its paths where a site of the matrix has IPv6, whatever a program reports', () => {
    const expected = expectationOf(behind(FULL_CONE), behind(FULL_CONE));
    const familiesOf = (a: PunchedSide, b: PunchedSide) =>
      judgeCell({ a: 'a', b: 'b', expected, hasIpv6: true }, [a, b]).actual.families;
    const odd = { ...direct(1), report: { ...direct(1).report, remote: { address: 7 } } } as unknown as PunchedSide;
    expect(familiesOf(directTo('2001:db8::1', 1), directTo('203.0.113.1', 1))).toEqual(['IPv6', 'IPv4']);
    expect(familiesOf(odd, failed('no-path'))).toEqual([null, null]);
    const sides = [directTo('2001:db8::1', 1), directTo('2001:db8::2', 1)] as const;
    expect(judgeCell({ a: 'a', b: 'b', expected }, sides).actual).not.toHaveProperty('families');
  });

  it.each(['direct', 'relay'] as const)('is wrong when one side alone has a path, where %s is right', (prospect) => {
    const wrong = { outcome: 'one-sided', isAsExpected: false };
    expect(judge(prospect, direct(12), failed('no-path'))).toEqual(wrong);
    expect(judge(prospect, failed('no-path'), direct(12))).toEqual(wrong);
  });

  it('is wrong when both have a path that arithmetic does not know of, or none where it does', () => {
    expect(judge('relay', direct(12), direct(12))).toEqual({ outcome: 'direct', isAsExpected: false });
    expect(judge('direct', failed('no-path'), failed('no-path'))).toEqual({ outcome: 'failed', isAsExpected: false });
  });

  it('is wrong when there is no path for another reason than the NATs', () => {
    const wrong = { outcome: 'failed', isAsExpected: false };
    expect(judge('relay', failed('rendezvous-unreachable'), failed('rendezvous-unreachable'))).toEqual(wrong);
    expect(judge('relay', failed('no-path'), failed('udp-silent'))).toEqual(wrong);
  });

  it('is wrong when a side has no report, and then takes as long as the other', () => {
    expect(judge('direct', direct(12), mute)).toEqual({ outcome: 'no-report', isAsExpected: false });
    const expected = expectationOf(behind(SYMMETRIC), behind(SYMMETRIC));
    expect(judgeCell({ a: 'a', b: 'b', expected }, [mute, failed('no-path')]).actual).toEqual({
      outcome: 'no-report',
      reasons: [null, 'no-path'],
      techniques: [null, 'simultaneous-open'],
      ms: 9000,
    });
    expect(judgeCell({ a: 'a', b: 'b', expected }, [mute, mute]).actual.ms).toBeNull();
  });
});
