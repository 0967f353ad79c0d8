/**
 * How fast one side's stdin becomes the other side's stdout in the container lab: over the hole between two port-restricted
 * NATs, and over a relay between two symmetric ones. natcheck runs beside hyperbeam and iroh, and beside what there is to
 * reach: bare udx, which natcheck's streams and hyperbeam's are made of, and TCP between hosts without NAT.
 * The sender begins first, with all its bytes at hand. The rate is from the first byte to the last one on the receiver's
 * stdout; the time to the first byte is from Enter on the receiver. Each byte is compared, and each program has to exit with 0.
 * Usage: node bench/pipe.ts [MEGABYTES=1000] [RUNS=5]
 */
import { OPEN, PORT_RESTRICTED, SYMMETRIC } from '../lab/index.ts';
import { openBenchLab } from './lab.ts';
import { BARE_UDX, PLAIN_TCP, RELAYED_UDX, UDX_IN_MEMORY } from './pipe/bare.ts';
import { comparePipes } from './pipe/compare.ts';
import { HYPERBEAM } from './pipe/hyperbeam.ts';
import { IROH } from './pipe/iroh.ts';
import { NATCHECK } from './pipe/natcheck.ts';
import { startHyperdhtNetwork } from './punch/contest/hyperdht.ts';
import { imageWithPeers } from './punch/contest/image.ts';

/** Bytes per second that no relay of one process reaches. */
const NO_BOUND = `${1e10}`;
const bounds = ['--relay-max-bps', '--relay-source-bps', '--relay-total-bps'].flatMap((option) => [option, NO_BOUND]);

const [megabytes = 1000, runs = 5] = process.argv.slice(2).map(Number);
const bytes = megabytes * 1e6;
const profiles = [OPEN, PORT_RESTRICTED, SYMMETRIC];

await using lab = await openBenchLab({
  profiles: [...profiles, ...profiles],
  imageOn: imageWithPeers(['hyperbeam', '@number0/iroh', `@number0/iroh-linux-${process.arch}-gnu`]),
  serve: ['--relay', '--open-relay', ...bounds],
});
await using _network = await startHyperdhtNetwork(lab);
const between = (name: string) => ({ lab, from: lab.nat(name), to: lab.nat(`${name}-2`) });

const direct = { ...between('port-restricted'), limit: UDX_IN_MEMORY };
await comparePipes({
  title: 'port-restricted × port-restricted',
  rounds: [
    { ...direct, ...between('open'), contestant: PLAIN_TCP },
    ...[UDX_IN_MEMORY, BARE_UDX, NATCHECK, HYPERBEAM, IROH].map((contestant) => ({ ...direct, contestant })),
  ],
  bytes,
  runs,
});

const relayed = { ...between('symmetric'), limit: RELAYED_UDX };
await comparePipes({
  title: 'symmetric × symmetric',
  rounds: [RELAYED_UDX, NATCHECK, HYPERBEAM].map((contestant) => ({ ...relayed, contestant })),
  bytes,
  runs,
});
