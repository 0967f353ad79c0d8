/**
 * Pairs that the seven steps do not open, over real NATs: by chance, by prediction, or through a relay. natcheck runs in two
 * fresh processes each time, and hyperdht in the same containers if it can open the pair at all. bench/punch/punch.ts says what
 * the times include.
 * Usage: node bench/punch/hard-punch.ts [RUNS=20]
 */
import { behindNat, CLASSIC_NATS, SYMMETRIC_ADDRESS, SYMMETRIC_SEQUENTIAL, UDP_BLOCKED } from '../../lab/index.ts';
import { openBenchLab } from '../lab.ts';
import { compare } from './contest/compare.ts';
import { HYPERDHT, startHyperdhtNetwork } from './contest/hyperdht.ts';
import { imageWithPeers } from './contest/image.ts';
import { FRESH_NATCHECK, RELAYED_NATCHECK } from './contest/natcheck.ts';

const both = [FRESH_NATCHECK, HYPERDHT];
const direct = [FRESH_NATCHECK];
const relayed = [RELAYED_NATCHECK];
const once = [
  ...CLASSIC_NATS.map(behindNat),
  behindNat(SYMMETRIC_SEQUENTIAL),
  behindNat(SYMMETRIC_ADDRESS),
  UDP_BLOCKED,
];

await using lab = await openBenchLab({
  profiles: [...once, ...once],
  imageOn: imageWithPeers(['hyperdht']),
  serve: ['--relay', '--open-relay'],
});
await using _network = await startHyperdhtNetwork(lab);
await compare({
  lab,
  runs: Number(process.argv[2] ?? 20),
  pairs: [
    { a: 'port-restricted', b: 'symmetric-2', contestants: both },
    { a: 'symmetric', b: 'port-restricted-2', contestants: both },
    { a: 'port-restricted', b: 'symmetric-address-2', contestants: direct },
    { a: 'port-restricted', b: 'symmetric-sequential-2', contestants: direct },
    { a: 'symmetric-sequential', b: 'port-restricted-2', contestants: direct },
    { a: 'symmetric-sequential', b: 'symmetric-sequential-2', contestants: direct },
    { a: 'symmetric', b: 'symmetric-2', contestants: relayed },
    { a: 'udp-blocked', b: 'port-restricted-2', contestants: relayed },
    { a: 'symmetric', b: 'udp-blocked-2', contestants: relayed },
    { a: 'udp-blocked', b: 'udp-blocked-2', contestants: relayed },
  ],
});
