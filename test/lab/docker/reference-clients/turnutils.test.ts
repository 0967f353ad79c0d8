import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseTurnutils } from '../../../../lab/docker/reference-clients/turnutils.ts';

const EI = 'endpoint-independent';
const APD = 'address-and-port-dependent';

it.for([
  ['full-cone', EI, EI],
  ['restricted', EI, 'address-dependent'],
  ['port-restricted', EI, APD],
  ['symmetric', APD, APD],
  ['open', EI, EI],
  ['firewalled', EI, APD],
  ['udp-blocked', null, null],
] as const)('what turnutils_natdiscovery has said behind %s is read rightly', async ([site, mapping, filtering]) => {
  const stdout = await readFile(join(import.meta.dirname, 'recorded', `turnutils-${site}.txt`), 'utf8');
  expect(parseTurnutils(stdout)).toEqual({ mapping, filtering });
});
