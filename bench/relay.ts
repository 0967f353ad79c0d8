/**
 * Datagrams relayed over UDP on loopback, by natcheck and by coturn: coturn's client sends through allocations to coturn's
 * peer, which sends each message back, so that it is relayed twice. The server has one core, clients and peer share another
 * one; rounds of both take turns, and what is compared was measured in the same round.
 * Usage: node bench/relay.ts [--rounds 5] [--messages 2000] [--bytes 172]
 */
import { parseArgs } from 'node:util';
import { findCoturn } from './server/coturn.ts';
import { ASKER_CORE, canPin, loadAverage, SERVER_CORE } from './server/cpu.ts';
import { carry, type Traffic } from './server/relay-load.ts';
import { type RelayServer, startRelays } from './server/relay-servers.ts';
import { quantile } from './statistics/quantile.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    messages: { type: 'string', default: '2000' },
    bytes: { type: 'string', default: '172' },
  },
});
const rounds = Number(values.rounds);
const common = { messages: Number(values.messages), bytes: Number(values.bytes) };
const TRAFFIC: readonly Traffic[] = [
  { framing: 'channels', clients: 12, ...common },
  { framing: 'indications', clients: 12, ...common },
];

const pins = await canPin();
await using found = await findCoturn();
if (found === null) throw new Error('it takes coturn, whose client and peer are used for both');
const coturn = found;
const cores = pins ? { server: [SERVER_CORE], asker: [ASKER_CORE] } : null;
await using servers = await startRelays({ coturn, cores });

interface Round {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly lost: number;
}

async function measure({ port, program }: RelayServer, traffic: Traffic): Promise<Round> {
  const before = await program.cpuSeconds();
  const startedAt = performance.now();
  const { sent, received } = await carry(port, traffic, { coturn, cores: cores?.asker ?? null });
  const seconds = (performance.now() - startedAt) / 1000;
  const used = (await program.cpuSeconds()) - before;
  const relayed = sent + received;
  return { perSecond: relayed / seconds, cpuUs: (used * 1e6) / relayed, lost: sent - received };
}

const median = (all: readonly number[]): number => quantile(all, 0.5);
const loadBefore = await loadAverage();
const rows: object[] = [];
for (const traffic of TRAFFIC) {
  const measured = servers.all.map((server) => ({ server, all: [] as Round[] }));
  for (let round = 0; round <= rounds; round++) {
    for (const { server, all } of measured) {
      const one = await measure(server, traffic);
      // In the first one the programs compile what they run.
      if (round > 0) all.push(one);
    }
  }
  const yardstick = measured[0]?.all ?? [];
  for (const { server, all } of measured) {
    const ratios = all.map(({ cpuUs }, round) => (yardstick[round]?.cpuUs ?? Number.NaN) / cpuUs);
    rows.push({
      server: server.name,
      framing: traffic.framing,
      'CPU µs per datagram': median(all.map(({ cpuUs }) => cpuUs)).toFixed(1),
      'datagrams per CPU second, of coturn’s': median(ratios).toFixed(2),
      'relayed/s': Math.round(median(all.map(({ perSecond }) => perSecond))),
      'messages lost': all.reduce((sum, { lost }) => sum + lost, 0),
    });
  }
}
console.log(`medians of ${rounds} rounds; 12 clients, ${values.messages} messages of ${values.bytes} bytes each`);
console.log(pins ? 'the server on one core, clients and peer on another' : 'nothing is held to a core');
console.log(`load average ${loadBefore} before, ${await loadAverage()} after`);
console.table(rows);
