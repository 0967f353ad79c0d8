/** The report of a path that has been measured: where it goes by then, or what was seen of its end. */
import { expect, it } from 'vitest';
import { explainPathLost, measuredReport } from '../../../src/punch/report/measured.ts';
import { blankReport, type PunchReport } from '../../../src/punch/report/report.ts';

const [BOUND, SEEN, REMOTE] = ['192.168.1.7', '203.0.113.7', '198.51.100.2'].map((address) => ({
  address,
  port: 5000,
}));
const MOVED = { address: '198.51.100.2', port: 7000 };
const HEALTH = { probes: 20, lost: 0, rttMs: null, liveness: 'alive', unanswered: 0 } as const;

it('names the endpoints that the path uses after the measurement', () => {
  if (!BOUND || !SEEN || !REMOTE) throw new Error('three endpoints');
  const report: PunchReport = {
    ...blankReport({ id: 'alice', peer: 'bob' }),
    ...{ outcome: 'direct', local: BOUND, public: SEEN, remote: REMOTE },
  };
  const pair = {
    local: { type: 'srflx', endpoint: SEEN, bound: BOUND },
    remote: { type: 'prflx', endpoint: MOVED },
  } as const;
  expect(measuredReport(report, { health: HEALTH, pair })).toEqual({ ...report, remote: MOVED });
  expect(measuredReport(report, { health: HEALTH, pair: null })).toEqual(report);
  const lost = measuredReport(report, { health: { ...HEALTH, lost: 12, liveness: 'lost', unanswered: 12 }, pair });
  expect(lost).toMatchObject({ outcome: 'failed', reason: 'path-lost', remote: MOVED });
});

it('says of a lost path which probes were answered', () => {
  const causes = 'a router has restarted or dropped the mapping, the peer is gone, or the way to it is cut';
  expect(explainPathLost({ probes: 20, lost: 12, unanswered: 12 })).toBe(
    `the last 12 probes were not answered, and 8 of 20 were answered before: ${causes}`,
  );
  expect(explainPathLost({ probes: 0, lost: 0, unanswered: 30 })).toBe(
    `the last 30 probes were not answered, and none was answered before: ${causes}`,
  );
  expect(explainPathLost({ probes: 20, lost: 0, unanswered: 0 })).toBe(
    `the path has ended by itself, and 20 of 20 were answered before: ${causes}`,
  );
});
