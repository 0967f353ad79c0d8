/**
 * The mapping as servers with one address each show it. One socket that is seen at two public endpoints is what a symmetric
 * NAT looks like, and also what one server looks like that lies or is mistaken. What no single server can feign is
 * agreement: behind a mapping that depends on the address, none of them knows what the others see.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { type Finding, found, undetermined } from '../behavior.ts';
import type { Exchange } from '../probes/exchange.ts';
import type { Probe } from '../probes/probe.ts';
import type { ServerCandidate, ServerSource } from './contact.ts';
import { classifyMapping, type MappingSample, type MappingTest } from './mapping.ts';

interface ServerSample extends MappingSample {
  readonly source: ServerSource;
}

/** What the servers with one address have shown once the race is over: a mapping test that has ended. */
export function mappingBySeveral(
  [first, ...rest]: readonly [ServerCandidate, ...ServerCandidate[]],
  context: { readonly exchange: Exchange; readonly local: Endpoint },
): MappingTest {
  const chosen = rest.filter(({ source }) => source === 'chosen');
  const samples = [first, ...rest].flatMap(samplesOf);
  return {
    ...context,
    primary: first.probe,
    // Only what is relied upon is asked again: servers that somebody else has named may change their word.
    probes: [first.otherPort, ...chosen.flatMap(({ probe, otherPort }) => [probe, otherPort])].filter(
      (probe): probe is Probe => probe !== null && probe.answer !== null,
    ),
    finding: classifySeveral(context.local, samples),
  };
}

/** The finding as the port assignment test needs it; null where ports would mean nothing, since the mapping is not known. */
export function portsFinding({ finding }: MappingTest): Finding | null {
  if (finding?.reason === 'depends-on-destination') return found('address-and-port-dependent');
  return finding?.behavior === 'undetermined' ? null : finding;
}

/** The next destination of a socket that has sent to the primary: at another address, as a peer would be, if there is one. */
export function nextDestination({ primary, probes }: MappingTest): Endpoint | null {
  const others = probes.map(({ question }) => question.to);
  const apart = others.find(({ address }) => address !== primary.question.to.address);
  return apart ?? others[0] ?? null;
}

function samplesOf({ source, probe, otherPort }: ServerCandidate): readonly ServerSample[] {
  return [probe, otherPort].flatMap((one) =>
    one?.answer ? [{ source, to: one.question.to, mapped: one.answer.mapped }] : [],
  );
}

/**
 * The mapping that explains the samples of one socket. The servers that were chosen are believed as far as they do not
 * contradict each other. One that somebody else has named can settle what two ports of a chosen one have left open, by
 * seeing the same as those; it never shows a dependency by itself, since it may have made it up.
 */
export function classifySeveral(local: Endpoint, samples: readonly ServerSample[]): Finding {
  const chosen = samples.filter(({ source }) => source === 'chosen');
  const [first] = chosen;
  if (!first) return undetermined('unproven-servers');
  if (doContradict(chosen)) return undetermined('servers-disagree');
  const finding = classifyMapping(local, chosen);
  const told = samples.filter(({ source, to }) => source === 'told' && to.address !== first.to.address);
  if (!isOpenQuestion(finding) || told.length === 0) return finding;
  if (told.some(({ mapped }) => !sameEndpoint(mapped, first.mapped))) return undetermined('servers-disagree');
  if (finding.reason !== 'ports-agree') return finding;
  return found(sameEndpoint(first.mapped, local) ? 'none' : 'endpoint-independent');
}

/** Whether only a server at another address would tell more. */
function isOpenQuestion({ reason }: Finding): boolean {
  return reason === 'ports-agree' || reason === 'server-has-one-address';
}

/**
 * Whether no mapping of RFC 4787 explains the samples: two addresses see the same while a third sees something else, or the
 * two ports of one address see the same while those of another do not.
 */
function doContradict(samples: readonly MappingSample[]): boolean {
  const pairs = samples.flatMap((a, index) => samples.slice(index + 1).map((b) => ({ a, b, isAlike: isAlike(a, b) })));
  const atOne = pairs.filter(({ a, b }) => a.to.address === b.to.address);
  const isAlikeApart = pairs.some(({ a, b, isAlike: alike }) => alike && a.to.address !== b.to.address);
  const doPortsDiffer = atOne.some(({ isAlike: alike }) => !alike);
  if (isAlikeApart) return pairs.some(({ isAlike: alike }) => !alike);
  return doPortsDiffer && atOne.some(({ isAlike: alike }) => alike);
}

function isAlike(a: MappingSample, b: MappingSample): boolean {
  return sameEndpoint(a.mapped, b.mapped);
}
