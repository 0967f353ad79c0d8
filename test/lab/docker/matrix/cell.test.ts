import { describe, expect, it } from 'vitest';
import { FIREWALLED, OPEN, UDP_BLOCKED } from '../../../../lab/docker/access.ts';
import { expectationOf, judgeCell, type PunchedSide } from '../../../../lab/docker/matrix/cell.ts';
import { CLASSIC_NATS, FULL_CONE, PORT_RESTRICTED, SYMMETRIC } from '../../../../lab/profiles.ts';
import { behind, direct, failed } from './example.ts';

describe('what is expected of a pair', () => {
  it('is by arithmetic: direct, but for symmetric with what looks at the port', () => {
    const prospects = CLASSIC_NATS.map((a) =>
      CLASSIC_NATS.map((b) => expectationOf(behind(a), behind(b))).map(({ prospect }) => prospect),
    );
    expect(prospects).toEqual([
      ['direct', 'direct', 'direct', 'direct'],
      ['direct', 'direct', 'direct', 'direct'],
      ['direct', 'direct', 'direct', 'prediction'],
      ['direct', 'direct', 'prediction', 'relay'],
    ]);
  });

  it('is a path for both, or the same failure for both', () => {
    expect(expectationOf(behind(FULL_CONE), behind(SYMMETRIC))).toEqual({
      prospect: 'direct',
      outcome: 'direct',
      reasons: [null, null],
    });
    expect(expectationOf(behind(SYMMETRIC), behind(PORT_RESTRICTED))).toEqual({
      prospect: 'prediction',
      outcome: 'failed',
      reasons: ['no-path', 'no-path'],
    });
  });

  it('is told of accesses without a NAT as well', () => {
    expect(expectationOf(OPEN.access, behind(SYMMETRIC)).prospect).toBe('direct');
    expect(expectationOf(FIREWALLED.access, behind(SYMMETRIC)).prospect).toBe('prediction');
    expect(expectationOf(UDP_BLOCKED.access, OPEN.access)).toEqual({
      prospect: 'relay',
      outcome: 'failed',
      reasons: ['udp-silent', 'no-peer'],
    });
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
