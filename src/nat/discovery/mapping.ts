/**
 * The mapping test (RFC 5780 §4.3): one socket asks several server endpoints what they see of it.
 * All questions leave from one socket; samples of different sockets are never compared.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { type Finding, found, undetermined } from '../behavior.ts';
import { askTogether } from '../probes/ask.ts';
import type { Exchange } from '../probes/exchange.ts';
import { createProbe, isSettled, type Probe } from '../probes/probe.ts';
import { isMute } from '../probes/silence.ts';

/** What one server endpoint saw of the socket. */
export interface MappingSample {
  readonly to: Endpoint;
  readonly mapped: Endpoint;
}

/**
 * The mapping that explains the samples of one socket. Samples at one address alone, all alike, prove nothing about
 * other addresses; from two of its ports they prove that the mapping does not depend on the port.
 */
export function classifyMapping(local: Endpoint, samples: readonly MappingSample[]): Finding {
  const [first] = samples;
  if (!first) return undetermined('no-answer');
  const alike = samples.every(({ mapped }) => sameEndpoint(mapped, first.mapped));
  const addresses = new Set(samples.map(({ to }) => to.address));
  if (alike) {
    if (addresses.size < 2) return undetermined(samples.length > 1 ? 'ports-agree' : 'server-has-one-address');
    return found(sameEndpoint(first.mapped, local) ? 'none' : 'endpoint-independent');
  }
  const pairsAtOneAddress = samples.flatMap((a, index) =>
    samples
      .slice(index + 1)
      .filter((b) => b.to.address === a.to.address && b.to.port !== a.to.port)
      .map((b) => [a, b] as const),
  );
  if (pairsAtOneAddress.length === 0) return undetermined('depends-on-destination');
  const portMatters = pairsAtOneAddress.some(([a, b]) => !sameEndpoint(a.mapped, b.mapped));
  return found(portMatters ? 'address-and-port-dependent' : 'address-dependent');
}

/** The further destinations of the socket whose first question to the primary is answered. */
export interface MappingTest {
  readonly exchange: Exchange;
  readonly local: Endpoint;
  /** The answered first question, to the server's primary endpoint; recheck.ts asks it again after each of the others. */
  readonly primary: Probe;
  readonly probes: readonly Probe[];
  finding: Finding | null;
}

export function createMappingTest({
  primary,
  other,
  ...rest
}: Pick<MappingTest, 'exchange' | 'local' | 'primary'> & { readonly other: Endpoint }): MappingTest {
  const ask = (test: string, to: Endpoint): Probe => createProbe({ test, socket: 'mapping', to });
  const probes = [
    ask('mapping.other-address', { address: other.address, port: primary.question.to.port }),
    ask('mapping.other-address-and-port', other),
  ];
  return { ...rest, primary, probes, finding: null };
}

/** Does what is due. @returns when to call again if nothing comes; Infinity once there is a finding. */
export function stepMapping(now: number, test: MappingTest): number {
  const { exchange, local, primary, probes } = test;
  if (test.finding) return Number.POSITIVE_INFINITY;
  const next = askTogether(now, exchange, probes);
  if (!probes.every((probe) => isSettled(now, probe, exchange.pace))) return next;
  test.finding = probes.some(({ answer }) => answer)
    ? classifyMapping(local, samplesOf([primary, ...probes]))
    : undetermined(probes.every((probe) => isMute(probe, primary)) ? 'alternate-mute' : 'too-much-loss');
  return Number.POSITIVE_INFINITY;
}

function samplesOf(probes: readonly Probe[]): readonly MappingSample[] {
  return probes.flatMap(({ question, answer }) => (answer ? [{ to: question.to, mapped: answer.mapped }] : []));
}
