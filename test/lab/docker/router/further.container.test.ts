/** NATs that differ in what RFC 4787 asks for beside mapping and filtering, each held to its profile by the start of the lab. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExecResult } from '../../../../lab/docker/container/container.ts';
import {
  FULL_CONE,
  FURTHER_NATS,
  type Lab,
  type NatProfile,
  NonconformingError,
  PORT_PARITY,
  PORT_RESTRICTED,
  RESTRICTED,
  routerRules,
  SYMMETRIC,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import type { DetectReport } from '../../../../src/index.ts';
import { notInGate } from '../../../runs.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

/** Sends one datagram from a port to the discard port of a host. */
const SEND = `
  const [port, to] = process.argv.slice(1);
  const socket = require('node:dgram').createSocket('udp4').bind(Number(port));
  socket.send('x', 9, to, () => socket.close());`;

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
  /** Idles for 20 s, beside all other tests. */
  let idling: Promise<ExecResult>;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [...FURTHER_NATS, ...OTHERS], clientsPerNat: 2 });
    server = await startNatcheckServer(lab.server);
    const detect = ['natcheck', 'detect', '--json', '--server', lab.server.primary, '--lifetime', '20'];
    idling = lab.nat('short-lived').client(1).exec(detect, { timeoutMs: 60_000 });
    idling.catch(() => {}); // Told to whoever waits for it.
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

  it('a port of another client is kept while it is free, and else translated, toward everyone', async () => {
    const { client, router } = lab.nat('port-restricted');
    const [first, second] = [client(0), client(1)];
    const sendFrom = async (one: typeof first, to: string): Promise<string | undefined> => {
      await one.exec(['node', '-e', SEND, '5000', to]);
      const mapped = new RegExp(
        `src=${one.address} dst=${to} sport=5000 .* dst=${lab.nat('port-restricted').publicAddress} sport=9 dport=(\\d+)`,
      );
      return mapped.exec(await router.conntrack())?.[1];
    };
    const { primary, alternate } = lab.server;
    // Of the ports of the two, this one is the first one's.
    expect(await sendFrom(second, primary)).toBe('5000');
    const translated = await sendFrom(first, primary);
    expect(translated).toMatch(/^\d+$/);
    expect(translated).not.toBe('5000');
    expect([await sendFrom(first, alternate), await sendFrom(second, alternate)]).toEqual([translated, '5000']);
  });

  it('a router forgets as soon as its profile says', async () => {
    const { client, router } = lab.nat('short-lived');
    await client(0).exec(['node', '-e', SEND, '5001', lab.server.primary]);
    const [, seconds] = /^udp +17 (\d+) .* sport=5001 /m.exec(await router.conntrack()) ?? [];
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(Number(seconds)).toBeLessThanOrEqual(20);
  });

  it('a mapping of 20 s is found to last as long', async ({ skip }) => {
    notInGate(skip);
    const { stdout, stderr } = await idling;
    const { lifetime }: DetectReport = JSON.parse(stdout || stderr);
    expect(lifetime?.reason).toBeNull();
    // What has been idle for 20 s is asked for just then, or a moment later where the machine is busy.
    expect([10, 20]).toContain(lifetime?.atLeastS);
    expect(lifetime?.atMostS ?? 20).toBeGreaterThanOrEqual(20);
  });
});

describeLab('a router that gives two hosts with one port the same public endpoint', () => {
  it('is refused', async () => {
    const refusal = await startProvidedLab({
      profiles: [PORT_RESTRICTED],
      clientsPerNat: 2,
      // Linux by itself.
      rules: (access, place) => ({ ...routerRules(access, place), nft: '' }),
    }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NonconformingError);
    expect((refusal as NonconformingError).mismatches).toEqual([
      'port-restricted: collision: asked avoided, got overloaded',
    ]);
  });
});
