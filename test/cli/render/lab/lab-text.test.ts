import { describe, expect, it } from 'vitest';
import { renderLab, renderLabDetections } from '../../../../cli/render/lab/lab-text.ts';
import { OPEN } from '../../../../lab/accesses.ts';
import { SYMMETRIC } from '../../../../lab/profiles.ts';
import { detectInSim } from '../../../../lab/sim/detect/detect.ts';
import { EXAMPLE_LAB } from '../../../lab/docker/keeper/example-lab.ts';

it('a lab is shown with its addresses and the commands to use it', () => {
  expect(renderLab(EXAMPLE_LAB, { color: false })).toBe(`\
Server  203.0.113.10 and 203.0.113.11, UDP 3478 and 3479, HTTP 3480

NAT            public address  client           client address
symmetric      203.0.113.101   symmetric/0      10.113.0.2
symmetric      203.0.113.101   symmetric/1      10.113.0.3
open           198.18.1.2      open/0           198.18.1.2
carrier-grade  203.0.113.103   carrier-grade/0  10.113.2.2

Run a program             natcheck lab exec symmetric -- natcheck detect --server 203.0.113.10
Open a shell              natcheck lab exec symmetric -- bash
Detect from every client  natcheck lab detect
End the lab               natcheck lab down`);
});

it('a lab with IPv6 is shown with the addresses of both families', () => {
  const [site] = EXAMPLE_LAB.sites;
  const clients = site?.clients.map((client, index) => ({
    ...client,
    address6: `fdc7:3a52:61e9:1::${index + 2}`,
    publicAddress6: '2001:db8::101',
  }));
  const shown = renderLab(
    {
      ...EXAMPLE_LAB,
      server: { ...EXAMPLE_LAB.server, primary6: '2001:db8::10', alternate6: '2001:db8::11' },
      sites: EXAMPLE_LAB.sites.slice(0, 2).map((one) => ({ ...one, ...(one === site && { clients: clients ?? [] }) })),
    },
    { color: false },
  );
  expect(shown.split('\n').slice(0, 9)).toEqual([
    'Server  203.0.113.10 and 203.0.113.11, UDP 3478 and 3479, HTTP 3480',
    '        2001:db8::10 and 2001:db8::11, UDP 3478 and 3479, HTTP 3480',
    '',
    'NAT        public address  client       client address',
    'symmetric  203.0.113.101   symmetric/0  10.113.0.2',
    'symmetric  2001:db8::101   symmetric/0  fdc7:3a52:61e9:1::2',
    'symmetric  203.0.113.101   symmetric/1  10.113.0.3',
    'symmetric  2001:db8::101   symmetric/1  fdc7:3a52:61e9:1::3',
    'open       198.18.1.2      open/0       198.18.1.2',
  ]);
});

describe('the detections of a lab', () => {
  const symmetric = detectInSim({ access: { kind: 'nat', layers: [SYMMETRIC] }, seed: 1 });
  const open = detectInSim({ access: OPEN.access, seed: 1 });
  const first = (text: string): readonly string[] => text.split('\n').map((line) => line.split(/ {2,}/)[0] ?? '');

  it('are a row each', () => {
    const text = renderLabDetections(
      [{ nat: 'symmetric-block', family: 'IPv4', expected: 'symmetric', client: 0, report: symmetric }],
      { color: false },
    );
    const [head, row] = text.split('\n').map((line) => line.split(/ {2,}/));
    expect(head).toEqual(['NAT', 'detected as', 'mapping', 'filtering', 'public endpoint', 'time']);
    expect(row?.slice(0, 2)).toEqual(['symmetric-block', 'symmetric']);
    expect(row?.at(-1)).toBe(`${symmetric.elapsedMs} ms`);
  });

  it('name the client where a NAT has several', () => {
    const both = [0, 1].map((client) => ({
      nat: 'symmetric',
      family: 'IPv4' as const,
      expected: 'symmetric' as const,
      client,
      report: symmetric,
    }));
    expect(first(renderLabDetections(both, { color: false }))).toEqual(['NAT', 'symmetric/0', 'symmetric/1']);
  });

  it('name the family where a NAT has both', () => {
    const detection = { expected: 'symmetric', client: 0, report: symmetric } as const;
    const all = [
      { ...detection, nat: 'symmetric', family: 'IPv4' },
      { ...detection, nat: 'symmetric+nat66', family: 'IPv4' },
      { ...detection, nat: 'symmetric+nat66', family: 'IPv6' },
    ] as const;
    expect(first(renderLabDetections(all, { color: false }))).toEqual([
      'NAT',
      'symmetric',
      'symmetric+nat66 IPv4',
      'symmetric+nat66 IPv6',
    ]);
  });

  it('are red where the verdict is not that of the NAT', () => {
    const right = renderLabDetections([{ nat: 'open', family: 'IPv4', expected: 'open', client: 0, report: open }], {
      color: true,
    });
    const wrong = renderLabDetections(
      [{ nat: 'symmetric', family: 'IPv4', expected: 'symmetric', client: 0, report: open }],
      {
        color: true,
      },
    );
    expect(right).toContain('\u001b[32mopen');
    expect(wrong).toContain('\u001b[31mopen');
  });
});
