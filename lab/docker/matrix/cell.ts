/** One cell of the matrix: what arithmetic says of a pair of sites, what its two peers report, and whether the two agree. */
import { chooseTechnique, type TechniqueChoice } from '../../../src/punch/attempt/techniques/choose-technique.ts';
import type { PunchFailure, PunchReport } from '../../../src/punch/report/report.ts';
import { knownBehaviorOf } from '../../known-behavior.ts';
import type { AccessProfile } from '../../profiles.ts';

/** One for each peer: that of the row first, then that of the column. */
export type Both<T> = readonly [a: T, b: T];

/** What a peer reports at its end; `natcheck punch --json` reports this and more, and all of it is kept. */
export interface PeerReport {
  /** `direct`, `failed`, … */
  readonly outcome: string;
  /** Why it failed; null when it did not. */
  readonly reason: string | null;
  /** What worked, or what was tried. */
  readonly technique: string | null;
  /** From the moment both peers were known to the server. */
  readonly elapsedMs: number;
}

/** How one of the two programs ended. */
export interface PunchedSide {
  readonly exitCode: number;
  /** Null when it gave none. */
  readonly report: PeerReport | null;
  readonly stderr: string;
}

export interface Expectation {
  /** The technique that the plan chooses; `relay` where one side has no UDP. */
  readonly technique: TechniqueChoice['technique'];
  /** The probability of a direct path. */
  readonly probability: number;
  /** The outcome on both sides. */
  readonly outcome: PunchReport['outcome'];
  readonly reasons: Both<PunchFailure | null>;
}

export interface Actual {
  /** The outcome on both sides; `one-sided` when they report different ones, `no-report` when one of them reports none. */
  readonly outcome: string;
  readonly reasons: Both<string | null>;
  readonly techniques: Both<string | null>;
  /** How long the later side took; null without any report. */
  readonly ms: number | null;
}

export interface MatrixCell {
  /** Name of the row. */
  readonly a: string;
  /** Name of the column. */
  readonly b: string;
  readonly expected: Expectation;
  readonly actual: Actual;
  readonly isAsExpected: boolean;
  readonly sides: Both<PunchedSide>;
}

/** Returns what is right for two peers behind these accesses; `hasRelay` says whether there is a relay where nothing else works. */
export function expectationOf(
  a: AccessProfile,
  b: AccessProfile,
  { hasRelay = false }: { readonly hasRelay?: boolean } = {},
): Expectation {
  const [peerA, peerB] = [knownBehaviorOf(a), knownBehaviorOf(b)];
  const { technique, probability } =
    peerA && peerB ? chooseTechnique(peerA, peerB) : ({ technique: 'relay', probability: 0 } as const);
  const outcome = technique !== 'relay' ? 'direct' : hasRelay ? 'relayed' : 'failed';
  const reasons: Both<PunchFailure | null> =
    outcome === 'failed'
      ? [failureOf({ own: peerA, peer: peerB }), failureOf({ own: peerB, peer: peerA })]
      : [null, null];
  return { technique, probability, outcome, reasons };
}

/** A side without UDP is null. */
function failureOf({ own, peer }: { readonly own: object | null; readonly peer: object | null }): PunchFailure {
  if (!own) return 'udp-silent';
  return peer ? 'no-path' : 'no-peer';
}

/** Compares what the two sides report with what is expected: a path on one side only is wrong, and so is a different failure. */
export function judgeCell(
  { a, b, expected }: Pick<MatrixCell, 'a' | 'b' | 'expected'>,
  sides: Both<PunchedSide>,
): MatrixCell {
  const actual = actualOf(sides);
  const isAsExpected =
    actual.outcome === expected.outcome && actual.reasons.every((reason, side) => reason === expected.reasons[side]);
  return { a, b, expected, actual, isAsExpected, sides };
}

function actualOf([{ report: a }, { report: b }]: Both<PunchedSide>): Actual {
  const times = [a, b].flatMap((report) => (report ? [report.elapsedMs] : []));
  return {
    outcome: outcomeOf(a, b),
    reasons: [a?.reason ?? null, b?.reason ?? null],
    techniques: [a?.technique ?? null, b?.technique ?? null],
    ms: times.length === 0 ? null : Math.max(...times),
  };
}

function outcomeOf(a: PeerReport | null, b: PeerReport | null): string {
  if (!a || !b) return 'no-report';
  return a.outcome === b.outcome ? a.outcome : 'one-sided';
}
