/**
 * The pair of a symmetric and a port-restricted NAT over real routers, through a server with two addresses and through one
 * with one, by turns: `natcheck punch` in two fresh processes each time.
 * Usage: node bench/punch/one-address-lab.ts [RUNS=20]
 */
import { behindNat, type Lab, PORT_RESTRICTED, type Program, SYMMETRIC } from '../../lab/index.ts';
import { openBenchLab } from '../lab.ts';
import { quantile } from '../statistics/quantile.ts';

const runs = Number(process.argv[2] ?? 20);
const TIMEOUT_MS = 60_000;
const PORTS = ['--port', '4478', '--alt-port', '4479', '--http-port', '4480'];

await using lab = await openBenchLab({ profiles: [behindNat(SYMMETRIC), behindNat(PORT_RESTRICTED)] });
await using one = await lab.server.start(['natcheck', 'serve', '--ip', lab.server.primary, ...PORTS]);
await one.line(/\bready\b/);
const servers = {
  'two addresses': ['--server', lab.server.primary],
  'one address': ['--server', `${lab.server.primary}:4478`, '--rendezvous', `ws://${lab.server.primary}:4480`],
};

const times: Record<string, number[]> = { 'two addresses': [], 'one address': [] };
for (let run = 1; run <= runs; run++) {
  for (const [name, words] of Object.entries(servers)) {
    const elapsedMs = await punch(lab, words, `${name} ${run}`.replaceAll(' ', '-'));
    if (elapsedMs !== null) times[name]?.push(elapsedMs);
    console.error(`${name} ${run}: ${elapsedMs ?? 'no direct path'} ms`);
  }
}
for (const [name, of] of Object.entries(times)) {
  const median = of.length === 0 ? '-' : Math.round(quantile(of, 0.5));
  console.log(`${name}: ${of.length} of ${runs} direct, median ${median} ms`);
}

/** The time until the later side has its path; null unless both are direct. */
async function punch(at: Lab, words: readonly string[], room: string): Promise<number | null> {
  const start = (site: string, id: string, peer: string): Promise<Program> =>
    at
      .nat(site)
      .client(0)
      .start(['natcheck', 'punch', '--json', ...words, '--room', room, '--id', id, '--peer', peer, '--wait', '20']);
  await using a = await start('symmetric', 'a', 'b');
  await using b = await start('port-restricted', 'b', 'a');
  const reports = await Promise.all([a, b].map((side) => side.line(/^\{"schema":/, { timeoutMs: TIMEOUT_MS })));
  const ended = reports.map((line) => JSON.parse(line) as { readonly outcome: string; readonly elapsedMs: number });
  return ended.every(({ outcome }) => outcome === 'direct') ? Math.max(...ended.map((one) => one.elapsedMs)) : null;
}
