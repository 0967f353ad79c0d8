/** What commands print on terminals of 40 columns and more: no line is longer than the terminal is wide. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { renderDemo } from '../../../cli/render/demo-text.ts';
import { renderDetectReport } from '../../../cli/render/detect-text.ts';
import { renderMatrix } from '../../../cli/render/grid/matrix-text.ts';
import { renderLabDetections } from '../../../cli/render/lab/lab-text.ts';
import { renderPunch, renderStep } from '../../../cli/render/punch-text.ts';
import { listeningText } from '../../../cli/render/serve/listening.ts';
import { CLASSIC_NATS, PORT_RESTRICTED } from '../../../lab/profiles.ts';
import { detectInSim } from '../../../lab/sim/detect/detect.ts';
import { punchInSim } from '../../../lab/sim/punch/punch.ts';
import { blankReport } from '../../../src/punch/report/report.ts';
import { direct, failed, matrixWith } from '../../lab/docker/matrix/example.ts';
import { startTestServer } from '../../net/rendezvous/peers.ts';

const behind = (profile: (typeof CLASSIC_NATS)[number]) => ({ kind: 'nat', layers: [profile] }) as const;
const detections = CLASSIC_NATS.map((profile) => ({
  profile,
  report: detectInSim({ access: behind(profile), seed: 1 }),
}));
const punches = CLASSIC_NATS.flatMap((a) =>
  CLASSIC_NATS.map((b) => ({
    nats: [a.name, b.name] as const,
    ...punchInSim({ a: behind(a), b: behind(b), seed: 1 }),
  })),
);
const report = detectInSim({ access: behind(PORT_RESTRICTED), seed: 1 });
const punched = {
  ...blankReport({ id: 'alice', peer: 'bob' }),
  outcome: 'failed',
  reason: 'no-path',
  detail: `the other side said ${'x'.repeat(100)} and nothing else came through any more`,
} as const;

const OUTPUTS: Readonly<Record<string, (columns: number) => string>> = {
  detect: (columns) => renderDetectReport(report, { color: true, verbose: true, columns }),
  demo: (columns) => renderDemo({ detections, punches }, { color: true, columns }),
  'lab detect': (columns) =>
    renderLabDetections(
      detections.map((one) => ({
        nat: one.profile.name,
        family: 'IPv4',
        expected: one.report.verdict.type,
        client: 0,
        report: one.report,
      })),
      { color: true, columns },
    ),
  'lab matrix': (columns) =>
    renderMatrix(matrixWith([direct(12), failed('no-path')]), { color: true, paths: [], columns }),
  punch: (columns) => renderPunch({ report: punched, health: null }, { color: true, columns }),
  'a step': (columns) =>
    renderStep(
      { step: 3, atMs: 12_345, text: `bob is at [2001:db8::1]:50000 ${'and so on '.repeat(9)}` },
      { color: true, columns },
    ),
};

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => stringWidth(line)));

describe.each([40, 60, 80])('on %i columns', (columns) => {
  it.each(Object.entries(OUTPUTS))('%s fits', (_name, render) => {
    const text = render(columns);
    expect(widest(text)).toBeLessThanOrEqual(columns);
    expect(text).not.toContain('undefined');
  });

  it('what a server listens on fits', async () => {
    await using server = await startTestServer({ ip: ['127.0.0.1', '127.0.0.2'] });
    expect(widest(listeningText(server, columns))).toBeLessThanOrEqual(columns);
  });
});

it('the tables of the demo are tables on 80 columns', () => {
  const rows = renderDemo({ detections, punches }, { color: false, columns: 80 }).split('\n');
  expect(
    rows.filter((row) => /^NAT {2,}detected as {2,}mapping {2,}filtering {2,}probes {2,}time$/.test(row)),
  ).toHaveLength(1);
  expect(rows.filter((row) => /^port-restricted( {2}direct \d+ ms *){4}$/.test(row))).toHaveLength(1);
});

it('text goes on below itself: a value below its label', () => {
  const lines = renderDetectReport(report, { color: false, verbose: false, columns: 50 }).split('\n');
  expect(lines.slice(0, 4)).toEqual([
    'NAT type   port-restricted',
    '           The router gives each socket one public',
    '           endpoint and lets in only the exact',
    '           address and port that the socket has',
  ]);
});
