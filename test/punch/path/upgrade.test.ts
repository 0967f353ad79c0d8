/** How long a direct path is hoped for behind a relayed one. */
import { expect, it } from 'vitest';
import type { Candidate, LocalCandidate } from '../../../src/ice/candidates/candidate.ts';
import { awaitUpgrade } from '../../../src/punch/path/upgrade.ts';

const ENDPOINT = { address: '198.51.100.1', port: 50_000 };
const RELAY: Candidate = { type: 'relay', endpoint: ENDPOINT, foundation: '1', priority: 1, related: ENDPOINT };
const LOCAL: LocalCandidate = { ...RELAY, socket: 'relay', base: ENDPOINT, localPreference: 0 };
const CONNECTED = {
  kind: 'connected',
  at: 0,
  pair: { socket: 'relay', local: LOCAL, remote: RELAY },
  rttMs: 1,
  checksSent: 1,
} as const;

it('no longer than the relayed path lasts', async () => {
  using upgrade = awaitUpgrade(
    { event: CONNECTED, switched: Promise.resolve(null) },
    { technique: 'birthday', seconds: 3600 },
  );
  expect(await upgrade.switched).toBeNull();
});

it('not at all where the plan is a relay', async () => {
  const never = new Promise<never>(() => {});
  using upgrade = awaitUpgrade({ event: CONNECTED, switched: never }, { technique: 'relay', seconds: 3600 });
  expect(await upgrade.switched).toBeNull();
});
