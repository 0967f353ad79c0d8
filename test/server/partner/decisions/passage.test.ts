/** What a worker passes on to the process that has the link to its partner. */
import { describe, expect, it } from 'vitest';
import { createPartnerCounts } from '../../../../server/partner/decisions/counts.ts';
import { INNER_BYTES } from '../../../../server/partner/decisions/lengths.ts';
import { HAND_OVERS_PER_SECOND } from '../../../../server/partner/decisions/link.ts';
import {
  createPassage,
  FACTS_MS,
  PASSED_PER_SECOND,
  type PartnerFacts,
} from '../../../../server/partner/decisions/passage.ts';
import { UNKNOWN_PER_SECOND } from '../../../../server/partner/decisions/receive.ts';
import { keyOf, NO_EPOCH, seal } from '../../../../server/partner/decisions/seal.ts';
import { A, ALT_PORT, B, CLIENT, ONE, PORT } from '../../stun/requests.ts';
import { HAND_OVER, SECRET } from '../pair.ts';

const EPOCH = 'e'.repeat(32);
const UP: PartnerFacts = { family: 'IPv4', address: B, isUp: true, epoch: EPOCH };
const [LOCAL, REMOTE] = [A, B].map((address) => ({ address, port: PORT })) as [typeof CLIENT, typeof CLIENT];

const sealedBy = (from: string): Uint8Array =>
  seal(keyOf(SECRET, from), { from, to: NO_EPOCH, counter: 0 }, new Uint8Array(INNER_BYTES));
const OF_PARTNER = sealedBy(EPOCH);
const OF_ANOTHER = sealedBy('f'.repeat(32));

function open({ facts = UP as PartnerFacts | null, workers = 1 } = {}) {
  const counts = createPartnerCounts();
  const passage = createPassage({ layout: ONE, workers, counts });
  if (facts) passage.tell(0, facts);
  const sealed = (datagram: Uint8Array, { now = 0, local = LOCAL, remote = REMOTE } = {}): boolean =>
    passage.passes(now, { kind: 'sealed', datagram, local, remote });
  const handOver = (now = 0): boolean => passage.passes(now, { kind: 'hand-over', handOver: HAND_OVER });
  return { passage, counts, sealed, handOver };
}

/** How many of that many are passed on at once, or in a second after that. */
function passed(one: (now: number) => boolean, { count = 20_000, now = 0 } = {}): number {
  return Array.from({ length: count }, () => one(now)).filter((is) => is).length;
}

describe('a datagram that claims to be from the partner', () => {
  it('is passed on where it comes from the endpoint of the partner to the primary one', () => {
    const { sealed, counts } = open();
    expect(sealed(OF_PARTNER)).toBe(true);
    expect(sealed(OF_ANOTHER)).toBe(true);
    expect(counts).toEqual(createPartnerCounts());
  });

  it.each([
    ['a stranger', { remote: CLIENT }],
    ['another port of the partner', { remote: { address: B, port: ALT_PORT } }],
    ['the partner to the other port', { local: { address: A, port: ALT_PORT } }],
  ])('stays where it is when it comes from %s', (_, ends) => {
    const { sealed, counts } = open();
    expect(sealed(OF_PARTNER, ends)).toBe(false);
    expect(counts.refused.stranger).toBe(1);
  });

  it.each([
    ['nothing was told yet', null],
    ['the name of the partner was not found', { ...UP, address: null }],
  ])('is that of a stranger while %s', (_, facts) => {
    const { sealed, counts } = open({ facts });
    expect(sealed(OF_PARTNER)).toBe(false);
    expect(counts.refused.stranger).toBe(1);
  });

  it('is not passed on where its form shows that it is none', () => {
    const { sealed, counts } = open();
    expect(
      [OF_PARTNER.subarray(0, 1), OF_PARTNER.subarray(1), OF_PARTNER.subarray(0, 127)].map((one) => sealed(one)),
    ).toEqual([false, false, false]);
    expect(counts.refused.malformed).toBe(3);
  });

  it('of another version is passed on, since it says why the partner is not up', () => {
    const { sealed } = open();
    expect(sealed(Uint8Array.of(0xf5, 3))).toBe(true);
  });

  it('of whatever process that is not known is passed on 1,000 times a second, and leaves all room to the partner', () => {
    const { sealed, counts } = open();
    expect(passed((now) => sealed(OF_ANOTHER, { now }))).toBe(UNKNOWN_PER_SECOND);
    expect(counts.refused['too-many-unknown']).toBe(20_000 - UNKNOWN_PER_SECOND);
    expect(passed((now) => sealed(OF_PARTNER, { now }))).toBe(PASSED_PER_SECOND);
    expect(counts.refused['too-many']).toBe(20_000 - PASSED_PER_SECOND);
    expect(passed((now) => sealed(OF_PARTNER, { now }), { now: 1_000 })).toBe(PASSED_PER_SECOND);
  });
});

describe('a request for the partner', () => {
  it('is passed on while the partner is up', () => {
    expect(open().handOver()).toBe(true);
    const { handOver, counts } = open({ facts: { ...UP, isUp: false } });
    expect(handOver()).toBe(false);
    expect(counts.unsent['partner-down']).toBe(1);
  });

  it('is passed on no more often by all workers together than the link hands over', () => {
    const workers = Array.from({ length: 4 }, () => open({ workers: 4 }));
    const count = workers.map(({ handOver }) => passed(handOver));
    expect(count.reduce((sum, one) => sum + one)).toBe(HAND_OVERS_PER_SECOND);
    expect(workers[0]?.counts.unsent['too-many']).toBe(20_000 - HAND_OVERS_PER_SECOND / 4);
  });
});

describe('what a worker was told of the partner', () => {
  it('counts as long as a hello that was answered', () => {
    const { passage, sealed, handOver } = open();
    expect(FACTS_MS).toBe(1_500);
    expect([passage.isUp(FACTS_MS - 1), handOver(FACTS_MS - 1)]).toEqual([true, true]);
    expect([passage.isUp(FACTS_MS), handOver(FACTS_MS), sealed(OF_PARTNER, { now: FACTS_MS })]).toEqual([
      false,
      false,
      false,
    ]);
    passage.tell(FACTS_MS, UP);
    expect([passage.isUp(FACTS_MS), sealed(OF_PARTNER, { now: FACTS_MS })]).toEqual([true, true]);
  });

  it('names the address of the partner still when it counts no more: replies never go there', () => {
    expect([open({ facts: null }).passage.address(), open().passage.address()]).toEqual([null, B]);
  });
});
