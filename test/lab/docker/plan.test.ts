import { expect, it } from 'vitest';
import { OPEN } from '../../../lab/docker/access.ts';
import { DEFAULT_ADDRESSING } from '../../../lab/docker/addressing.ts';
import { planLab } from '../../../lab/docker/plan.ts';
import { FULL_CONE, SYMMETRIC } from '../../../lab/profiles.ts';

const input = { clientsPerSite: 1, addressing: DEFAULT_ADDRESSING };

it('a profile that comes again gets a number', () => {
  const { sites } = planLab({ ...input, profiles: [SYMMETRIC, FULL_CONE, SYMMETRIC, SYMMETRIC] });
  expect(sites.map(({ name }) => name)).toEqual(['symmetric', 'full-cone', 'symmetric-2', 'symmetric-3']);
});

it('everyone on the public network knows the way to a site without translation, and to no other', () => {
  const { routes } = planLab({ ...input, profiles: [SYMMETRIC, OPEN] });
  expect(routes).toEqual([{ subnet: '198.18.1.0/24', via: '203.0.113.102' }]);
});

it('other rules take the place of those of the profile', () => {
  const rules = ({ kind }: { kind: string }, { wan }: { wan: string }) => ({
    iptables: `${kind} at ${wan}`,
    nft: '',
  });
  const { sites } = planLab({ ...input, profiles: [SYMMETRIC], rules });
  expect(sites[0]?.rules).toEqual({ iptables: 'nat at 203.0.113.101', nft: '' });
});
