/** How a NAT chooses public ports (RFC 4787 §4.2), told from those that it gave to several sockets or destinations. */

import type { Reason } from '../reason.ts';
import { type PortRange, rangeOf } from './range.ts';
import { bestSequence, type PortSequence, SEQUENCE_DOUBT, SEQUENCE_ERROR } from './sequence.ts';

export const PORT_ASSIGNMENT_KINDS = ['preserved', 'sequential', 'range', 'random', 'none', 'undetermined'] as const;

/** How the next public port follows from the earlier ones; `none` is no translation. */
export type PortPattern =
  | { readonly kind: 'preserved' | 'random' | 'none'; readonly step: null; readonly range: null; readonly reason: null }
  | {
      readonly kind: 'sequential';
      readonly step: number;
      /** Whether each socket has a counter of its own, which goes on from the port of its first mapping; left out where not. */
      readonly perSocket?: true;
      readonly range: null;
      readonly reason: null;
    }
  | { readonly kind: 'range'; readonly step: null; readonly range: PortRange; readonly reason: null }
  | { readonly kind: 'undetermined'; readonly step: null; readonly range: null; readonly reason: Reason };

/** One new mapping: of which socket, when, and which public port it got. */
export interface PortSample {
  readonly socket: string;
  readonly internalPort: number;
  /** The public address, since each has a counter of its own. */
  readonly address: string;
  readonly port: number;
  /** Whether its first packet was answered: otherwise it may be younger than its place in the order says. */
  readonly isPrompt: boolean;
}

/** Fewer prove nothing: eight ports in order are one in 20,160 by chance. */
export const MIN_SAMPLES = 8;
/** A NAT that preserves ports takes another where a second host has the same one: up to a quarter of the samples may differ. */
const PRESERVED_SHARE = 0.75;

/**
 * The pattern of new mappings in the order in which their first packets were sent. `earlier` are the first mappings of
 * the same sockets, where those to be judged are toward further destinations: each socket's own series begins with them.
 */
export function classifyPorts(samples: readonly PortSample[], earlier: readonly PortSample[] = []): PortPattern {
  if (samples.length < MIN_SAMPLES) return undeterminedPorts('too-much-loss');
  const preserved = samples.filter(({ port, internalPort }) => port === internalPort);
  if (preserved.length >= PRESERVED_SHARE * samples.length) return patternOf('preserved');
  const ofNat = sequenceOfNat(samples);
  const sequence = ofNat.chance <= SEQUENCE_ERROR ? ofNat : mostCertain([ofNat, sequenceOfSockets(samples, earlier)]);
  if (sequence.chance <= SEQUENCE_ERROR) {
    const perSocket = sequence !== ofNat;
    return { kind: 'sequential', step: sequence.step, ...(perSocket && { perSocket }), range: null, reason: null };
  }
  if (sequence.chance <= SEQUENCE_DOUBT) return undeterminedPorts('irregular-ports');
  const range = rangeOf(samples.map(({ port }) => port));
  return range ? { kind: 'range', step: null, range, reason: null } : patternOf('random');
}

export function patternOf(kind: 'preserved' | 'random' | 'none'): PortPattern {
  return { kind, step: null, range: null, reason: null };
}

export function undeterminedPorts(reason: Reason): PortPattern {
  return { kind: 'undetermined', step: null, range: null, reason };
}

/** One counter for the NAT, or for each public address. */
function sequenceOfNat(samples: readonly PortSample[]): PortSequence {
  const prompt = samples.filter(({ isPrompt }) => isPrompt);
  return mostCertain(
    [samples, prompt].flatMap((some) =>
      [() => '', byAddress].map((keyOf) => bestSequence(seriesBy(some, keyOf), ['order', 'repetition'])),
    ),
  );
}

/** As some NATs have it, one counter for each socket, which goes on from the port of its first mapping. */
function sequenceOfSockets(samples: readonly PortSample[], earlier: readonly PortSample[]): PortSequence {
  return bestSequence(seriesBy([...earlier, ...samples], bySocket), ['repetition']);
}

function byAddress({ address }: PortSample): string {
  return address;
}

function bySocket({ socket, address }: PortSample): string {
  return `${socket} ${address}`;
}

/** The ports of each group, in the order given. */
function seriesBy(samples: readonly PortSample[], keyOf: (sample: PortSample) => string): readonly number[][] {
  return [...Map.groupBy(samples, keyOf).values()].map((group) => group.map(({ port }) => port));
}

function mostCertain(sequences: readonly PortSequence[]): PortSequence {
  return sequences.reduce((best, one) => (one.chance < best.chance ? one : best), { step: 1, chance: 1 });
}
