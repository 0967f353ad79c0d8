/**
 * The mapping axis (RFC 5780 §4.3): one socket asks several server endpoints what they see of it.
 * All questions leave from the same socket; samples of different sockets are never compared.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { type Finding, found, undetermined } from '../behavior.ts';
import { createProbe, givenUpAt, type Probe } from '../probes/probe.ts';
import { pursue, type Wire } from '../probes/pursue.ts';
import type { Axis } from './axis.ts';

/** What one server endpoint saw of the socket. */
export interface MappingSample {
  readonly to: Endpoint;
  readonly mapped: Endpoint;
}

/**
 * The mapping that explains the samples of one socket. Samples at one address alone, all alike, prove nothing about
 * other addresses.
 */
export function classifyMapping(local: Endpoint, samples: readonly MappingSample[]): Finding {
  const [first] = samples;
  if (!first) return undetermined('no-answer');
  const alike = samples.every(({ mapped }) => sameEndpoint(mapped, first.mapped));
  const addresses = new Set(samples.map(({ to }) => to.address));
  if (alike) {
    if (addresses.size < 2) return undetermined('server-has-one-address');
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

export interface MappingOptions extends Wire {
  readonly local: Endpoint;
  /** The answered first question, to the server's primary endpoint. */
  readonly primary: Probe;
  readonly server: Endpoint;
  readonly other: Endpoint;
}

export function createMappingAxis({ exchange, pace, local, primary, server, other }: MappingOptions): Axis {
  const ask = (test: string, to: Endpoint): Probe =>
    createProbe({ test, socket: 'mapping', to, change: 'none', expectedFrom: () => to });
  const probes = [
    ask('mapping.other-address', { address: other.address, port: server.port }),
    ask('mapping.other-address-and-port', other),
  ];
  let finding: Finding | null = null;

  return {
    probes: () => probes,
    finding: () => finding,
    step: (now) => {
      if (finding) return Number.POSITIVE_INFINITY;
      const next = pursue(now, probes, { exchange, pace });
      const settled = probes.every((probe) => probe.answer || givenUpAt(probe, pace) <= now);
      if (settled) {
        finding = probes.some(({ answer }) => answer)
          ? classifyMapping(local, samplesOf([primary, ...probes]))
          : undetermined('alternate-mute');
        return Number.POSITIVE_INFINITY;
      }
      return next;
    },
  };
}

export function samplesOf(probes: readonly Probe[]): readonly MappingSample[] {
  return probes.flatMap(({ question, answer }) => (answer ? [{ to: question.to, mapped: answer.mapped }] : []));
}
