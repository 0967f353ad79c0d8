/** The page in a real Chromium, behind the NATs of the lab: its verdict is what the lab is. */
import { afterAll, beforeAll, it } from 'vitest';
import { CLASSIC_NATS, type Lab, startNatcheckServer } from '../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../../lab/docker/provided.ts';
import { lacks } from './browser.ts';
import { visitFrom } from './visits.ts';

const FIREWALL = { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 120_000 } as const;
const ACCESSES = [
  ...CLASSIC_NATS,
  { name: 'open', access: { kind: 'open' } },
  { name: 'firewalled', access: FIREWALL },
  { name: 'udp-blocked', access: { kind: 'udp-blocked' } },
] as const;

describeLab('the page in Chromium', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  let missing: string | null;
  beforeAll(async () => {
    [lab, missing] = await Promise.all([startProvidedLab({ profiles: ACCESSES }), lacks('chromium')]);
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  it.for(ACCESSES)('says what $name is', async ({ name }, { expect, skip }) => {
    if (missing !== null) skip(missing);
    const url = `http://${lab.server.primary}:3480/`;
    const [visit] = await visitFrom(lab.nat(name).client(0), { browser: 'chromium', url });
    expect(visit?.errors).toEqual([]);
    expect(visit?.report, JSON.stringify(visit)).toMatchObject({
      schema: 'natcheck.detect/1',
      by: 'browser',
      verdict: { type: name, reason: null },
    });
  });
});
