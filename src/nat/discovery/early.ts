/**
 * Whether the router remembers early packets. The filtering socket has sent to nobody but the primary, while the server has sent
 * it replies from elsewhere. A router that keeps an entry for one that it has not let in cannot use the same public port
 * toward its source any more. So where the mapping does not depend on the destination, a question to that source shows it,
 * once the filtering test is over. The primary is asked along with it: a router that has restarted changes that port too.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { type Early, type Finding, undetermined } from '../behavior.ts';
import { TURN_MS } from '../probes/ask.ts';
import { type Exchange, sendProbe } from '../probes/exchange.ts';
import { createProbe, isRefused, type Probe } from '../probes/probe.ts';
import { changedSource } from './alternate.ts';
import type { FilteringTest } from './filtering.ts';

/** Each question is sent so often, {@link TURN_MS} apart: the verdict waits for the answer, and for no repetition. */
const SENDS = 3;

export interface EarlyTest {
  readonly exchange: Exchange;
  /** Where the primary has seen the filtering socket. */
  readonly mapped: Endpoint;
  /** To an alternate whose replies did not come in. */
  readonly elsewhere: Probe;
  readonly primary: Probe;
  readonly startedAt: number;
  /** How many contradictions there were before it began. */
  readonly contradictedBefore: number;
  finding: Early | null;
}

/** What the filtering and the mapping leave open; null while they are not known, or where they tell that there is nothing to find out. */
export function createEarlyTest(
  now: number,
  { filtering, mapping }: { readonly filtering: FilteringTest; readonly mapping: Finding | null },
): EarlyTest | null {
  const { finding, server, plain, exchange } = filtering;
  if (!finding || !server.other || !plain.answer || !mayShow(mapping, finding)) return null;
  const isPort = finding.behavior === 'address-and-port-dependent';
  const to = changedSource(server.primary, server.other, isPort ? 'port' : 'ip-and-port');
  return {
    exchange,
    mapped: plain.answer.mapped,
    elsewhere: ask(isPort ? 'other-port' : 'other-address-and-port', to),
    primary: ask('primary', server.primary),
    startedAt: now,
    contradictedBefore: exchange.contradicted.length,
    finding: null,
  };
}

function ask(what: string, to: Endpoint): Probe {
  return createProbe({ test: `early.${what}`, socket: 'filtering', to });
}

export function earlyProbes({ elsewhere, primary }: EarlyTest): readonly Probe[] {
  return [elsewhere, primary];
}

/** Does what is due. @returns when to call again if nothing comes; Infinity once there is a finding. */
export function stepEarly(now: number, test: EarlyTest): number {
  const { exchange, elsewhere, primary, startedAt } = test;
  const sent = elsewhere.sends.length;
  if (!test.finding && sent < SENDS && now >= startedAt + sent * TURN_MS) {
    for (const probe of [elsewhere, primary]) sendProbe(now, exchange, probe);
  }
  test.finding ??= judge(now, test);
  if (test.finding) return Number.POSITIVE_INFINITY;
  return elsewhere.sends.length < SENDS ? startedAt + elsewhere.sends.length * TURN_MS : endsAt(test);
}

/** No answer that comes later is waited for. */
function endsAt({ elsewhere, startedAt, exchange }: EarlyTest): number {
  return (elsewhere.sends.at(-1)?.at ?? startedAt) + exchange.pace.patienceMs();
}

function judge(now: number, test: EarlyTest): Early | null {
  const { elsewhere, primary, mapped } = test;
  if (isContradicted(test)) return undetermined('router-restarted');
  if (isRefused(elsewhere) || isRefused(primary)) return undetermined('error-replies');
  const seen = elsewhere.answer?.mapped;
  if (seen && sameEndpoint(seen, mapped)) return { behavior: 'forgotten', reason: null };
  if (seen && seen.address !== mapped.address) return undetermined('several-public-addresses');
  if (seen && isStillMapped(test)) return { behavior: 'changes-port', reason: null };
  return now >= endsAt(test) && elsewhere.sends.length === SENDS ? undetermined('too-much-loss') : null;
}

/** Whether the primary has seen the same endpoint as ever, after the question left whose answer tells another. */
function isStillMapped({ elsewhere, primary }: EarlyTest): boolean {
  const since = elsewhere.answer?.sentAt ?? Number.POSITIVE_INFINITY;
  return primary.sends.some(({ at, answeredAt }) => at >= since && answeredAt !== null);
}

/** Whether one place has seen two endpoints of the filtering socket since. */
function isContradicted({ exchange, contradictedBefore }: EarlyTest): boolean {
  return exchange.contradicted.slice(contradictedBefore).some(({ socket }) => socket === 'filtering');
}

/** What the report says of it; left out where no packet is early, or every destination sees another port anyway. */
export function earlyOf(
  { mapping, filtering }: { readonly mapping: Finding; readonly filtering: Finding },
  test: EarlyTest | null,
): { readonly early?: Early } {
  for (const { behavior, reason } of [mapping, filtering]) {
    if (behavior === 'undetermined') return { early: undetermined(reason) };
  }
  if (!mayShow(mapping, filtering)) return {};
  return { early: test?.finding ?? undetermined('deadline') };
}

function mayShow(mapping: Finding | null, filtering: Finding): boolean {
  const isFiltered = filtering.behavior === 'address-dependent' || filtering.behavior === 'address-and-port-dependent';
  return mapping?.behavior === 'endpoint-independent' && isFiltered;
}
