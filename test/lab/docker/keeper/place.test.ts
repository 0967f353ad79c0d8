import { describe, expect, it } from 'vitest';
import { containerAt } from '../../../../lab/docker/keeper/place.ts';
import { EXAMPLE_LAB } from './example-lab.ts';

it.each([
  ['server', 'natcheck-abc123-server'],
  ['symmetric', 'client-symmetric-0'],
  ['symmetric/1', 'client-symmetric-1'],
  ['symmetric/router', 'router-symmetric'],
  ['open', 'client-open-0'],
  ['carrier-grade/router', 'router-carrier-grade'],
  ['carrier-grade/carrier', 'carrier-carrier-grade'],
])('%s is the container %s', (place, container) => {
  expect(containerAt(EXAMPLE_LAB, place)).toBe(container);
});

describe('in a lab with guests', () => {
  const sites = EXAMPLE_LAB.sites.map((site) => ({
    ...site,
    clients: site.clients.map((client) => ({ ...client, guest: `guest of ${client.container}` })),
  }));
  const lab = { ...EXAMPLE_LAB, sites };

  it.each([
    ['symmetric', 'guest of client-symmetric-0'],
    ['symmetric/1', 'guest of client-symmetric-1'],
    ['symmetric/1/lab', 'client-symmetric-1'],
    ['symmetric/router', 'router-symmetric'],
  ])('%s is the container %s', (place, container) => {
    expect(containerAt(lab, place)).toBe(container);
  });

  it('what there is beside the guests is named too', () => {
    expect(() => containerAt(lab, 'open/0/other')).toThrow(
      'the lab has no "open/0/other"; behind open it has open/0, open/0/lab, open/router',
    );
  });
});

it.each([
  ['open/0/lab', 'the lab has no "open/0/lab"; behind open it has open/0, open/router'],
  ['cone', 'the lab has no "cone"; it has server, symmetric, open, carrier-grade'],
  ['open/1', 'the lab has no "open/1"; behind open it has open/0, open/router'],
  ['open/carrier', 'the lab has no "open/carrier"; behind open it has open/0, open/router'],
  ['carrier-grade/1', 'behind carrier-grade it has carrier-grade/0, carrier-grade/router, carrier-grade/carrier'],
  ['open/0/0', 'the lab has no "open/0/0"; behind open it has open/0, open/router'],
])('%s is refused with what there is', (place, message) => {
  expect(() => containerAt(EXAMPLE_LAB, place)).toThrow(message);
});
