/** NATs that differ in what RFC 4787 asks for beside mapping and filtering, each held to its profile by the start of the lab. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  FULL_CONE,
  FURTHER_NATS,
  type Lab,
  type NatProfile,
  PORT_PARITY,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import type { DetectReport } from '../../../../src/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

const OTHERS: readonly NatProfile[] = [
  PORT_RESTRICTED,
  { ...FULL_CONE, name: 'drawn-cone', ports: 'random', hairpin: true },
  { ...PORT_PARITY, name: 'parity-restricted', filtering: RESTRICTED.filtering, hairpin: true },
  { ...PORT_PARITY, name: 'parity-pool', poolSize: 2 },
  { ...SYMMETRIC, name: 'symmetric-pool', poolSize: 3, pooling: 'arbitrary' },
  { ...SYMMETRIC, name: 'symmetric-paired', poolSize: 2 },
];

describeLab('a lab of NATs that differ in what else RFC 4787 asks for', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [...FURTHER_NATS, ...OTHERS], clientsPerNat: 2 });
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const detectAt = async (site: string, ...options: readonly string[]): Promise<DetectReport> => {
    const detect = ['natcheck', 'detect', '--json', '--server', lab.server.primary, ...options];
    return JSON.parse((await lab.nat(site).client(0).exec(detect)).stdout);
  };

  it.concurrent.for([
    ['hairpin', 'port-restricted', 'preserved', 1],
    ['port-parity', 'port-restricted', 'random', 1],
    ['pool-paired', 'port-restricted', 'preserved', 1],
    ['pool-arbitrary', 'port-restricted', 'preserved', 4],
    ['short-lived', 'port-restricted', 'preserved', 1],
    ['drawn-cone', 'full-cone', 'random', 1],
    ['parity-restricted', 'restricted', 'random', 1],
    ['symmetric-pool', 'symmetric', 'random', 3],
  ] as const)('%s is found %s, its ports %s, its public addresses up to %i', async ([site, verdict, ports, most]) => {
    const { verdict: found, allocation, translation } = await detectAt(site);
    expect([found, allocation.kind]).toEqual([{ type: verdict, reason: null }, ports]);
    const { length } = translation.evidence.publicAddresses;
    expect([length > 1, length <= most]).toEqual([most > 1, true]);
  });
});
