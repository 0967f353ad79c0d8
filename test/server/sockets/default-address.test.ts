/** The addresses that a server uses when none is named. */
import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { planOf } from '../../../server/options.ts';
import { defaultAddresses } from '../../../server/sockets/default-address.ts';
import { familyOf } from '../../../src/endpoint.ts';

it('are of this host, at most one of a family, and fit to serve from', async () => {
  const found = await defaultAddresses();
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  expect(own).toEqual(expect.arrayContaining([...found]));
  expect(new Set(found.map(familyOf)).size).toBe(found.length);
  if (found.length > 0)
    expect(
      planOf({ ip: found })
        .families.flat()
        .map(({ bound }) => bound),
    ).toEqual(found);
});
