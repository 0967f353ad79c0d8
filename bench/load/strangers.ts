/**
 * A server under load of strangers, on loopback, as a process of its own whose memory is measured: tickets good for nothing,
 * WebSockets that are never finished, peers that never read, datagrams of every kind. Ends with 1 when something is lost,
 * miscounted or kept.
 * Usage: node bench/load/strangers.ts [--tickets 100000] [--half-open 5000] [--readers 50] [--datagrams 1000000] [--rate 20000]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { floodWithDatagrams } from '../../test/hostile/load/datagrams.ts';
import { openHalf } from '../../test/hostile/load/half-open.ts';
import type { Memory } from '../../test/hostile/load/measured-server.ts';
import { neverRead } from '../../test/hostile/load/slow-readers.ts';
import { floodWithTickets } from '../../test/hostile/load/tickets.ts';
import { startStore } from '../cluster/nodes.ts';

/** More than this in the heap and beside it, after all is over, is kept for strangers. */
const KEPT_MAX_MB = 10;
/** What one address may have at a time (server/http/http.ts). */
const PER_SOURCE = 1_024;

const { values } = parseArgs({
  options: {
    tickets: { type: 'string', default: '100000' },
    'half-open': { type: 'string', default: '5000' },
    readers: { type: 'string', default: '50' },
    datagrams: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '20000' },
  },
});
const numberOf = (name: keyof typeof values): number => Number(values[name]);
const perSecond = numberOf('rate');
const wrong: string[] = [];
const memory: Record<string, object> = {};

function check(what: string, isRight: boolean): void {
  if (!isRight) wrong.push(what);
}

function note(name: string, { before, most = before, after }: { before: Memory; most?: Memory; after: Memory }): void {
  memory[name] = {
    'RSS MB before': before.rss,
    most: Math.max(most.rss, after.rss),
    after: after.rss,
    'heap MB before': before.heap,
    'heap after': after.heap,
    'beside it before': before.external,
    'beside it after': after.external,
  };
  check(`${name}: it keeps too much`, after.heap + after.external - before.heap - before.external < KEPT_MAX_MB);
}

const tickets = await floodWithTickets({ count: numberOf('tickets'), perSecond });
note('tickets', tickets);
check(
  'a good ticket was not taken',
  tickets.good.every((outcome) => outcome === 'bound'),
);
check('another count of bindings', tickets.bindings === tickets.good.length);
check('tickets are miscounted', tickets.refused + tickets.rateLimited + tickets.accepted === tickets.received);
console.table({
  tickets: {
    ...{ sent: tickets.sent, 'per second': Math.round(tickets.perSecond), received: tickets.received },
    ...{ 'kernel drops': tickets.kernelDrops, refused: tickets.refused, 'rate-limited': tickets.rateLimited },
    'good ones bound': `${tickets.bindings} of ${tickets.good.length}`,
  },
});

// One source asks for more than it may have, and the others for half of that each.
const greedy = Math.min(2 * PER_SOURCE, numberOf('half-open'));
const others = Array.from({ length: Math.ceil((numberOf('half-open') - greedy) / (PER_SOURCE / 2)) }, (_, index) =>
  Math.min(PER_SOURCE / 2, numberOf('half-open') - greedy - (index * PER_SOURCE) / 2),
);
const half = await openHalf({ perSource: [greedy, ...others] });
note('half-open', half);
check(
  'a real client was kept out',
  half.joins.every((outcome) => outcome === 'joined'),
);
check('half-open WebSockets are left', half.left === 0);
console.table({
  'half-open WebSockets': {
    ...{ opened: half.opened, 'held at a time': half.held, 'refused: source-full': half.sourceFull },
    ...{ 'refused: source-busy': half.sourceBusy, left: half.left },
    'real clients in': `${half.joins.filter((outcome) => outcome === 'joined').length} of ${half.joins.length}`,
  },
});

const readers = await neverRead({ readers: numberOf('readers') });
note('slow readers', readers);
check('a slow reader was not cut off', readers.cutOff === readers.readers && readers.left === 3);
check('the others of the room were held up', readers.heard === readers.sent);
console.table({
  'slow readers': {
    ...{ readers: readers.readers, 'cut off': readers.cutOff },
    'MB for each, at most': Number(((readers.most.rss - readers.before.rss) / readers.readers).toFixed(2)),
    'signals of the others': `${readers.heard} of ${readers.sent}`,
  },
});

await using store = await startStore();
const flood = await floodWithDatagrams({ count: numberOf('datagrams'), perSecond, redis: store.url });
const { stun, relay, partner } = flood.counted;
note('datagrams', flood);
const counted = stun + relay + partner;
check('datagrams are miscounted', counted <= flood.sent && counted + flood.kernelDrops >= flood.sent);
check('a Binding was not answered', flood.answered === flood.asked);
console.table({
  datagrams: {
    ...{ sent: flood.sent, 'per second': Math.round(flood.perSecond), 'kernel drops': flood.kernelDrops },
    ...{ 'by STUN': stun, 'by the relay': relay, 'by the partner': partner },
    'Bindings answered': `${flood.answered} of ${flood.asked}`,
    'tries at most': flood.triesMax,
  },
});
console.table(memory);
for (const one of wrong) console.error(one);
console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
