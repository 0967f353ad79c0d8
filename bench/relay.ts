/**
 * Datagrams relayed over UDP on loopback, by natcheck, by coturn, and by a forwarder that does nothing but pass datagrams
 * between Node's UDP sockets, which is what a relay in Node can be at most. Every message is relayed twice, to a peer that
 * sends it back. First as many as each server takes, by a generator of our own; then twelve each millisecond, by coturn's
 * client and peer. The server has one core, everything else shares another one; rounds of all take turns, and what is
 * compared was measured in the same round.
 * Usage: node bench/relay.ts [--rounds 7] [--seconds 0.8] [--messages 2000] [--bytes 172] [--framing channels|indications]
 *   [--load saturated|paced]
 */
import { parseArgs } from 'node:util';
import { findCoturn } from './server/coturn.ts';
import { ASKER_CORE, canPin, loadAverage, SERVER_CORE } from './server/cpu.ts';
import { carry, FRAMINGS, type Framing } from './server/relay-load.ts';
import { createSaturation, IN_FLIGHT } from './server/relay-saturation.ts';
import { FLOWS, type RelayServer, startRelays } from './server/relay-servers.ts';
import { quantile } from './statistics/quantile.ts';

/** In the first rounds the programs compile what they run. */
const WARM_UP_ROUNDS = 2;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '0.8' },
    messages: { type: 'string', default: '2000' },
    bytes: { type: 'string', default: '172' },
    framing: { type: 'string' },
    load: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const messages = Number(values.messages);
const bytes = Number(values.bytes);
const framings = (Object.keys(FRAMINGS) as Framing[]).filter((one) => (values.framing ?? one) === one);

const pins = await canPin();
await using found = await findCoturn();
if (found === null) throw new Error('it takes coturn, whose client and peer are used for both');
const coturn = found;
const cores = pins ? { server: [SERVER_CORE], asker: [ASKER_CORE] } : null;
await using saturation = await createSaturation(cores?.asker ?? null, { bytes, seconds });
await using servers = await startRelays({ coturn, cores });

interface Round {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly lost: number;
  readonly p99Us: number | null;
}

type Measure = (server: RelayServer, framing: Framing) => Promise<Round>;

const measureSaturated: Measure = async (server, framing) => {
  await saturation.prepare(server, framing);
  const before = await server.program.cpuSeconds();
  const { returned, lost, strange, seconds: took, p99Us } = await saturation.load(server, framing);
  const used = (await server.program.cpuSeconds()) - before;
  const relayed = 2 * returned;
  return { perSecond: relayed / took, cpuUs: (used * 1e6) / relayed, lost: lost + strange, p99Us };
};

const measurePaced: Measure = async ({ port, program }, framing) => {
  const before = await program.cpuSeconds();
  const startedAt = performance.now();
  const traffic = { framing, clients: FLOWS, messages, bytes };
  const { sent, received } = await carry(port, traffic, { coturn, cores: cores?.asker ?? null });
  const took = (performance.now() - startedAt) / 1000;
  const used = (await program.cpuSeconds()) - before;
  const relayed = sent + received;
  return { perSecond: relayed / took, cpuUs: (used * 1e6) / relayed, lost: sent - received, p99Us: null };
};

const median = (all: readonly number[]): number => quantile(all, 0.5);

/** The first of the servers is the yardstick. */
async function compare(which: readonly RelayServer[], framing: Framing, measure: Measure): Promise<readonly object[]> {
  const measured = which.map((server) => ({ server, all: [] as Round[] }));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const { server, all } of measured) {
      const one = await measure(server, framing);
      if (round >= 0) all.push(one);
    }
  }
  const yardstick = measured[0]?.all ?? [];
  return measured.map(({ server, all }) => {
    const ratios = all.map(({ cpuUs }, round) => (yardstick[round]?.cpuUs ?? Number.NaN) / cpuUs);
    const p99s = all.flatMap(({ p99Us }) => p99Us ?? []);
    return {
      server: server.name,
      framing: server.speaks === 'TURN' ? framing : `none, beside ${framing}`,
      'CPU µs per datagram': median(all.map(({ cpuUs }) => cpuUs)).toFixed(1),
      'datagrams per CPU second, of coturn’s': median(ratios).toFixed(2),
      'relayed/s': Math.round(median(all.map(({ perSecond }) => perSecond))),
      ...(p99s.length > 0 && { 'round trip p99 ms': (median(p99s) / 1000).toFixed(1) }),
      'messages lost': all.reduce((sum, { lost }) => sum + lost, 0),
    };
  });
}

console.log(`medians of ${rounds} rounds; ${FLOWS} clients, messages of ${bytes} bytes`);
console.log(pins ? 'the server on one core, all else on another' : 'nothing is held to a core');
const loads = [
  { load: 'saturated', what: `${seconds} s with ${IN_FLIGHT} messages on the way`, measure: measureSaturated },
  { load: 'paced', what: `${messages} messages by each client, one each millisecond`, measure: measurePaced },
].filter(({ load }) => (values.load ?? load) === load);
for (const { load, what, measure } of loads) {
  const which = servers.all.filter(({ speaks }) => load === 'saturated' || speaks === 'TURN');
  const before = await loadAverage();
  const rows: object[] = [];
  for (const framing of framings) rows.push(...(await compare(which, framing, measure)));
  console.log(`${load}: ${what}; load average ${before} before, ${await loadAverage()} after`);
  console.table(rows);
}
