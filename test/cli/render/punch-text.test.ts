/** The text of a punch: both ends of the path that there is, or why there is none. */
import { expect, it } from 'vitest';
import { renderPunch } from '../../../cli/render/punch-text.ts';
import { blankReport, type PunchReport } from '../../../src/punch/report/report.ts';

const REMOTE = { address: '198.51.100.2', port: 6000 };
const PATH: PunchReport = {
  ...blankReport({ id: 'alice', peer: 'bob' }),
  outcome: 'direct',
  technique: 'birthday',
  local: { address: '192.168.1.7', port: 38_335 },
  public: { address: '203.0.113.7', port: 51_000 },
  remote: REMOTE,
  elapsedMs: 812,
};

const textOf = (report: PunchReport): string => renderPunch({ report, health: null }, { color: false });

it('shows where the socket of the path is bound, where the peer sees it, and where the peer is reached', () => {
  expect(textOf(PATH)).toBe(
    'direct 192.168.1.7:38335 (203.0.113.7:51000) ↔ 198.51.100.2:6000, by birthday, 812 ms after both peers were known to the server',
  );
});

it('shows one endpoint where the peer sees the socket itself, or a relay', () => {
  expect(textOf({ ...PATH, public: PATH.local })).toMatch(/^direct 192\.168\.1\.7:38335 ↔ 198\.51\.100\.2:6000, /);
  expect(textOf({ ...PATH, outcome: 'relayed', technique: 'relay', local: null })).toMatch(
    /^relayed 203\.0\.113\.7:51000 ↔ 198\.51\.100\.2:6000, by relay, /,
  );
});

it('shows the reason and the cause where there is no path', () => {
  expect(textOf({ ...PATH, outcome: 'failed', reason: 'no-path', detail: 'a firewall' })).toBe(
    'no path from alice to bob: no-path: no path to the peer has opened\na firewall',
  );
});
