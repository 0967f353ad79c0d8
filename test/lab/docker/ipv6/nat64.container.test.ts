/** Hosts on a link of IPv6 alone behind a NAT64 (RFC 6146), with their IPv4 over it (RFC 6877). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  FULL_CONE,
  type Lab,
  type LabContainer,
  NAT64,
  SYMMETRIC,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import { canonicalAddress } from '../../../../src/endpoint.ts';
import type { DetectReport } from '../../../../src/index.ts';
import { gateCases } from '../../../runs.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { startPunch } from '../punch/run.ts';

const PUNCHES = [
  ['full-cone', 'simultaneous-open'],
  ['symmetric', 'birthday'],
] as const;

describeLab('a host with IPv6 alone behind a NAT64', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  let client: LabContainer;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [NAT64, FULL_CONE, SYMMETRIC], clientsPerNat: 2 });
    server = await startNatcheckServer(lab.server);
    client = lab.nat('nat64').client(0);
  });
  afterAll(async () => {
    for (const one of [server, lab]) await one?.[Symbol.asyncDispose]();
  });

  it('has no IPv4 on its link', async () => {
    const { stdout } = await client.exec(['ip', '-4', '-o', 'addr', 'show', 'dev', 'lan']);
    expect(stdout).toBe('');
  });

  it.each(['an address of IPv4', 'an address that stands for one of IPv4'])(
    'finds what the NAT64 does, from %s',
    async (what) => {
      const { primary } = lab.server;
      const standIn = `[${canonicalAddress(`2001:db8:ff64:1::${primary}`)}]:3478`;
      const at = what.includes('stands') ? standIn : primary;
      const { stdout } = await client.exec(['natcheck', 'detect', '--json', '--server', at]);
      const { verdict, mapping, allocation, public: seen }: DetectReport = JSON.parse(stdout);
      expect([verdict, mapping.behavior, allocation.kind, seen?.address]).toEqual([
        ...[{ type: 'port-restricted', reason: null }, 'endpoint-independent', 'preserved'],
        lab.nat('nat64').publicAddress,
      ]);
    },
  );

  it.each(gateCases(PUNCHES, ([nat]) => nat === 'symmetric'))(
    'punches to a peer behind a NAT of IPv4 that is %s, and the routers see it: %s',
    async (nat, technique) => {
      const watch = await lab.pathBetween(lab.nat('nat64'), lab.nat(nat));
      const names = { server: lab.server, room: nat };
      const runs = await Promise.all([
        startPunch(client, { ...names, id: 'alice', peer: 'bob' }),
        startPunch(lab.nat(nat).client(0), { ...names, id: 'bob', peer: 'alice' }),
      ]);
      const results = await Promise.all(runs.map((run) => run.result()));
      expect(results.map(({ report }) => [report.outcome, report.technique])).toEqual(
        Array(2).fill(['direct', technique]),
      );
      expect(results[1]?.report.remote?.address).toBe(lab.nat('nat64').publicAddress);
      expect((await watch.end()).path.kind).toBe('direct');
    },
  );
});
