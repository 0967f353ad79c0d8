import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseStunClient } from '../../../../lab/docker/reference-clients/stun-client.ts';

it.for(['full-cone', 'restricted', 'port-restricted', 'symmetric', 'open', 'firewalled', 'udp-blocked'])(
  'what the classic client has said behind %s is read rightly',
  async (site) => {
    const stdout = await readFile(join(import.meta.dirname, 'recorded', `stun-${site}.txt`), 'utf8');
    expect(parseStunClient(stdout)).toBe(site);
  },
);

it('an output without a result gives no verdict', () => {
  expect(parseStunClient('STUN client version 0.97\n')).toBeNull();
});
