/**
 * Whether public ports that were given one after another come from a counter: RFC 4787 has no word for it, and every
 * symmetric NAT whose next port can be told is of this kind. Judged by what chance alone would do.
 */

/** The probability, for each of the two kinds of evidence, of taking ports drawn at random for a counter's. */
export const SEQUENCE_ERROR = 1e-6;
/** Up to here an order is too good for chance, and not good enough for a proof. */
export const SEQUENCE_DOUBT = 1e-4;

/** Increments that speak for themselves when they repeat; larger ones are believed by their order only. */
const REPEATED_STEP_LIMIT = 16;
/** The narrowest block of ports that a NAT gives to a host: in it an increment repeats by chance once in so many. */
const NARROWEST_BLOCK = 64;
/** Increments beyond this are a jump to elsewhere, and say nothing of the step. */
const JUMP = 1024;
/** Added to ports after the counter began again from its first port; more than there are ports. */
const LIFT = 65_536;

export interface PortSequence {
  /** What each port is more than the one before it, or a whole multiple of that: other hosts' mappings lie between. */
  readonly step: number;
  /** The probability that ports drawn at random, from any range, look so much like a counter's. */
  readonly chance: number;
}

/**
 * `order`: the ports lie in order, however far apart. `repetition`: small increments repeat; this one holds also where
 * the first port of a series is not drawn like the others.
 */
export type SequenceEvidence = 'order' | 'repetition';

/** The best reading of some series of ports, each in order of time and of a counter of its own, as counters of one step. */
export function bestSequence(
  series: readonly (readonly number[])[],
  evidence: readonly SequenceEvidence[],
): PortSequence {
  const up = sequenceUp(series, evidence);
  const down = sequenceUp(
    series.map((ports) => ports.map((port) => LIFT - port)),
    evidence,
  );
  return up.chance <= down.chance ? up : { step: -down.step, chance: down.chance };
}

function sequenceUp(series: readonly (readonly number[])[], evidence: readonly SequenceEvidence[]): PortSequence {
  const chains = series.filter(({ length }) => length > 1).map(longestChain);
  const increments = chains.flatMap((chain) => chain.increments);
  const step = increments.filter((increment) => increment <= JUMP).reduce(gcd, 0) || increments.reduce(gcd, 0);
  if (step === 0) return { step: 1, chance: 1 };
  const chances = evidence.map((kind) => (kind === 'order' ? chanceOfOrder(chains) : chanceOfRepetition(series)));
  return { step, chance: Math.min(...chances) };
}

interface Chain {
  readonly length: number;
  /** Ports that do not fit into it. */
  readonly outliers: number;
  readonly wraps: boolean;
  /** Between its neighbours, without the one where it begins again. */
  readonly increments: readonly number[];
}

/** The longest increasing run of some of the ports, which may begin again from a first port once. */
function longestChain(ports: readonly number[]): Chain {
  let best = longestIncrease(ports);
  let wraps = false;
  for (const start of ports) {
    const lifted = longestIncrease(ports.map((port) => (port < start ? port + LIFT : port)));
    if (lifted.length <= best.length) continue;
    best = lifted;
    wraps = true;
  }
  const increments = best.slice(1).map((port, index) => port - (best[index] ?? port));
  return {
    length: ports.length,
    outliers: ports.length - best.length,
    wraps,
    increments: increments.filter((_, index) => isLifted(best[index]) === isLifted(best[index + 1])),
  };
}

function isLifted(port: number | undefined): boolean {
  return port !== undefined && port > LIFT;
}

/** A longest strictly increasing subsequence. */
function longestIncrease(values: readonly number[]): readonly number[] {
  const endingAt: (readonly number[])[] = [];
  for (const [at, value] of values.entries()) {
    const before = endingAt.slice(0, at).filter((run) => (run.at(-1) ?? value) < value);
    endingAt.push([...longest(before), value]);
  }
  return longest(endingAt);
}

function longest(runs: readonly (readonly number[])[]): readonly number[] {
  return runs.reduce((best, run) => (run.length > best.length ? run : best), []);
}

/**
 * The probability that so few ports are out of order by chance: at most C(n, r)² · r! of the n! orders have an increasing
 * run of all but r. It is the same for ports of any range, however narrow. Doubled, since down is as good as up.
 */
function chanceOfOrder(chains: readonly Chain[]): number {
  return chains.reduce((chance, { length, outliers, wraps }) => {
    const orders = choose(length, outliers) ** 2 * factorial(outliers);
    return chance * Math.min(1, ((wraps ? length : 1) * orders) / factorial(length));
  }, 2);
}

/** The probability that the most frequent small increment comes up so often by chance, in the narrowest block there is. */
function chanceOfRepetition(series: readonly (readonly number[])[]): number {
  const increments = series.flatMap((ports) => ports.slice(1).map((port, index) => port - (ports[index] ?? port)));
  const small = increments.filter((increment) => increment > 0 && increment <= REPEATED_STEP_LIMIT);
  const repeated = Math.max(0, ...small.map((one) => small.filter((other) => other === one).length));
  return (2 * REPEATED_STEP_LIMIT * choose(increments.length, repeated)) / NARROWEST_BLOCK ** repeated;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

function choose(n: number, k: number): number {
  return factorial(n) / (factorial(k) * factorial(n - k));
}
