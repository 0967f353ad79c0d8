/**
 * How fast a direct path opens over every openable pair of the container lab, with natcheck and with hyperdht, in the same
 * containers and in turns. What is counted is not quite the same:
 * natcheck, either side: from the introduction, when the server knows both, to step 7, when an authenticated check has been
 * answered and the pair is nominated. The way to the server, the room and the behaviour of the local NAT are known by then.
 * hyperdht, the side that connects: from `connect`, with the key of a peer who listens and whom it has never met, until the
 * stream opens, which the peer's first packet is enough for; `byte back`: until what it wrote has come back. The DHT is
 * joined by then; finding the peer in it and the handshake by way of it are counted.
 * Usage: node bench/punch/punch.ts [RUNS=10]
 */
import { CLASSIC_PEERS, prospectOf } from '../../src/nat/prospect.ts';
import { openBenchLab } from '../lab.ts';
import { compare } from './contest/compare.ts';
import { HYPERDHT, startHyperdhtNetwork } from './contest/hyperdht.ts';
import { imageWithPeers } from './contest/image.ts';
import { FRESH_NATCHECK, WARM_NATCHECK } from './contest/natcheck.ts';

const contestants = [FRESH_NATCHECK, WARM_NATCHECK, HYPERDHT];
const names = Object.keys(CLASSIC_PEERS) as (keyof typeof CLASSIC_PEERS)[];
const pairs = names.flatMap((a) => names.map((b) => [a, b] as const));
const openable = pairs.filter(([a, b]) => prospectOf(CLASSIC_PEERS[a], CLASSIC_PEERS[b]) === 'direct');

await using lab = await openBenchLab({ sitesPerNat: 2, imageOn: imageWithPeers(['hyperdht']) });
await using _network = await startHyperdhtNetwork(lab);
await compare({
  lab,
  runs: Number(process.argv[2] ?? 10),
  pairs: openable.map(([a, b]) => ({ a, b: `${b}-2`, contestants })),
});
