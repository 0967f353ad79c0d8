/**
 * What IPv6 does for a pair, and what a server with one address costs one, over real NATs: fresh `natcheck punch` processes,
 * by their own reports. IPv6 that is announced and dropped is compared with none in the same run; a server with one address
 * with the server that has two.
 * Usage: node bench/punch/families.ts [RUNS=20]
 */
import {
  CLASSIC_NATS,
  dualStack,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  type LabContainer,
  type NamedAccess,
  PORT_RESTRICTED,
  SYMMETRIC,
} from '../../lab/index.ts';
import { familyOf } from '../../src/endpoint.ts';
import type { PunchReport } from '../../src/punch/report/report.ts';
import { openBenchLab, progress } from '../lab.ts';
import { quantile } from '../statistics/quantile.ts';

const runs = Number(process.argv[2] ?? 20);
/** A second server in the same container, with one address. */
const ONE_ADDRESS = { port: 4478, httpPort: 4480 };

const firewall = IPV6_ACCESSES.find(({ name }) => name === 'ipv6-firewall');
if (!firewall) throw new Error('no such access');
const plain = CLASSIC_NATS.filter(({ name }) => name !== 'full-cone');
const working = dualStack(SYMMETRIC, firewall);
const dropped = [PORT_RESTRICTED, SYMMETRIC].map((nat) => dualStack(nat, IPV6_DROPPED));

await using lab = await openBenchLab({ profiles: [...plain, ...plain, working, working, ...dropped, ...dropped] });
const oneAddress = await lab.server.start([
  ...['natcheck', 'serve', '--ip', lab.server.primary, '--port', `${ONE_ADDRESS.port}`],
  ...['--alt-port', `${ONE_ADDRESS.port + 1}`, '--http-port', `${ONE_ADDRESS.httpPort}`],
]);
await oneAddress.line(/\bready\b/);

const two = { server: lab.server.primary, rendezvous: `ws://${lab.server.primary}:3480` };
const one = {
  server: `${lab.server.primary}:${ONE_ADDRESS.port}`,
  rendezvous: `ws://${lab.server.primary}:${ONE_ADDRESS.httpPort}`,
};
const nameOf = ({ name }: Pick<NamedAccess, 'name'>): string => name;
const [strict = '', moving = ''] = dropped.map(nameOf);

interface Row {
  readonly title: string;
  readonly a: string;
  readonly b: string;
  readonly at: typeof two;
}

const ROWS: readonly Row[] = [
  { title: 'both symmetric, IPv6 firewalled', a: working.name, b: `${working.name}-2`, at: two },
  { title: 'port-restricted × the same', a: 'port-restricted', b: 'port-restricted-2', at: two },
  { title: 'the same, IPv6 dropped', a: strict, b: `${strict}-2`, at: two },
  { title: 'symmetric × port-restricted', a: 'symmetric', b: 'port-restricted', at: two },
  { title: 'the same, IPv6 dropped', a: moving, b: strict, at: two },
  { title: 'the same, one-address server', a: 'symmetric', b: 'port-restricted', at: one },
];

let meetings = 0;

async function meet({ a, b, at }: Row): Promise<readonly PunchReport[]> {
  const room = `families-${++meetings}`;
  const punch = async (client: LabContainer, id: string, peer: string): Promise<PunchReport> => {
    const where = ['--server', at.server, '--rendezvous', at.rendezvous, '--room', room, '--id', id, '--peer', peer];
    const { stdout, stderr } = await client.exec(['natcheck', 'punch', '--json', ...where]);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout);
  };
  return Promise.all([punch(lab.nat(a).client(0), 'alice', 'bob'), punch(lab.nat(b).client(0), 'bob', 'alice')]);
}

const reports = new Map<Row, PunchReport[][]>(ROWS.map((row) => [row, []]));
// In turn, so that whatever else the machine does hits all alike.
for (let run = 1; run <= runs; run++) {
  for (const row of ROWS) reports.get(row)?.push([...(await meet(row))]);
  progress(`${run} of ${runs}`);
}

console.table(
  [...reports].map(([{ title }, punched]) => {
    const direct = punched.filter((sides) => sides.every(({ outcome }) => outcome === 'direct'));
    const over6 = direct.filter((sides) => sides.every(({ remote }) => remote && familyOf(remote.address) === 'IPv6'));
    const times = direct.map((sides) => Math.max(...sides.map(({ elapsedMs }) => elapsedMs)));
    return {
      pair: title,
      direct: `${direct.length} of ${runs}`,
      'over IPv6': over6.length,
      techniques: [...new Set(direct.flat().map(({ technique }) => technique))].join(', '),
      'median ms': times.length === 0 ? '-' : Math.round(quantile(times, 0.5)),
      'p90 ms': times.length === 0 ? '-' : Math.round(quantile(times, 0.9)),
    };
  }),
);
