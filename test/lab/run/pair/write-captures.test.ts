import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeCaptures } from '../../../../lab/run/pair/write-captures.ts';

it('a capture is named by its pair, its try and its router, and the directory is made', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-pcap-'));
  try {
    const captures = ["a's router", "b's carrier"].map((name) => ({ name, pcap: new Uint8Array(24) }));
    const pair = ['symmetric+ipv6-firewall', '../my router'] as const;
    await writeCaptures(join(dir, 'captures'), { pair, number: 2, captures });
    expect((await readdir(join(dir, 'captures'))).toSorted()).toEqual([
      'symmetric+ipv6-firewall_..-my-router.2.a-router.pcap',
      'symmetric+ipv6-firewall_..-my-router.2.b-carrier.pcap',
    ]);
  } finally {
    await rm(dir, { recursive: true });
  }
});
