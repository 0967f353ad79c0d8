/** One cell of the matrix: what arithmetic says of a pair of sites, what its two peers report, and whether the two agree. */
import { type Endpoint, type Family, familyOf } from '../../../src/endpoint.ts';
import {
  chooseTechnique,
  type KnownBehavior,
  type TechniqueChoice,
} from '../../../src/punch/attempt/techniques/choose-technique.ts';
import type { PunchFailure, PunchReport } from '../../../src/punch/report/report.ts';
import { knownBehaviorOf } from '../../known-behavior.ts';
import type { AccessProfile, Ipv6Access } from '../../profiles.ts';
import type { ExpectedCell } from '../../results/run-result.ts';

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
  /** The peer's endpoint on the path; null or left out where there is no path. */
  readonly remote?: Endpoint | null;
}

/** How one of the two programs ended. */
export interface PunchedSide {
  readonly exitCode: number;
  /** Null when it gave none. */
  readonly report: PeerReport | null;
  readonly stderr: string;
}

export interface Expectation {
  /** The technique that the plan chooses, `relay` where one side has no UDP; null if the program has a plan of its own. */
  readonly technique: TechniqueChoice['technique'] | null;
  /** The probability of a direct path; null if nobody knows it. */
  readonly probability: number | null;
  /** The outcome on both sides. `any-path`: direct or relayed; `anything`: no path is right as well. */
  readonly outcome: PunchReport['outcome'] | 'any-path' | 'anything';
  /** Why there is no path, as each side has to say it; null if each may say it in its own words. */
  readonly reasons: Both<PunchFailure | null> | null;
}

/** What is right for a pair, whatever its program is; `none`: no path, for any reason. */
export type ExpectedEnd = ExpectedCell['outcome'];

/** Returns what is right for a program that has a plan of its own. */
export function expectationOfEnd(end: ExpectedEnd): Expectation {
  return { technique: null, probability: null, outcome: end === 'none' ? 'failed' : end, reasons: null };
}

export interface Actual {
  /** The outcome on both sides; `one-sided` when they report different ones, `no-report` when one of them reports none. */
  readonly outcome: string;
  readonly reasons: Both<string | null>;
  readonly techniques: Both<string | null>;
  /** How long the later side took; null without any report. */
  readonly ms: number | null;
  /** The family of each side's path; left out where no site of the matrix has IPv6. */
  readonly families?: Both<Family | null>;
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

export interface ExpectationOptions {
  /** Whether there is a relay where nothing else works; default: no. */
  readonly hasRelay?: boolean;
  /** What is done with the IPv6 of each peer; null for one without. Default: neither has it. */
  readonly ipv6?: Both<Ipv6Access | null>;
}

/** Returns what is right for two peers behind these accesses: the better of what their two families give. */
export function expectationOf(a: AccessProfile, b: AccessProfile, options: ExpectationOptions = {}): Expectation {
  const { hasRelay = false, ipv6 = [null, null] } = options;
  const peers: Both<KnownBehavior | null> = [knownBehaviorOf(a), knownBehaviorOf(b)];
  const peers6: Both<KnownBehavior | null> = [ipv6[0] && knownBehaviorOf(ipv6[0]), ipv6[1] && knownBehaviorOf(ipv6[1])];
  const [choice, choice6] = [choiceFor(peers), choiceFor(peers6)];
  const { technique, probability } = choice6.probability > choice.probability ? choice6 : choice;
  const outcome = technique !== 'relay' ? 'direct' : hasRelay ? 'relayed' : 'failed';
  const [own, peer] = [peers[0] ?? peers6[0], peers[1] ?? peers6[1]];
  const reasons: Both<PunchFailure | null> =
    outcome === 'failed' ? [failureOf({ own, peer }), failureOf({ own: peer, peer: own })] : [null, null];
  return { technique, probability, outcome, reasons };
}

function choiceFor([a, b]: Both<KnownBehavior | null>): Pick<TechniqueChoice, 'technique' | 'probability'> {
  return a && b ? chooseTechnique(a, b) : { technique: 'relay', probability: 0 };
}

/** A side without UDP is null. */
function failureOf({ own, peer }: { readonly own: object | null; readonly peer: object | null }): PunchFailure {
  if (!own) return 'udp-silent';
  return peer ? 'no-path' : 'no-peer';
}

/** A pair before it has punched. */
export interface JudgedPair extends Pick<MatrixCell, 'a' | 'b' | 'expected'> {
  /** Whether any site of the matrix has IPv6; default: no. */
  readonly hasIpv6?: boolean;
}

/** Compares what the two sides report with what is expected: a path on one side only is wrong, and so is a different failure. */
export function judgeCell({ a, b, expected, hasIpv6 = false }: JudgedPair, sides: Both<PunchedSide>): MatrixCell {
  const actual: Actual = { ...actualOf(sides), ...(hasIpv6 && { families: familiesOf(sides) }) };
  const { reasons } = expected;
  const isAsExpected =
    isRight(expected.outcome, actual.outcome) &&
    (reasons === null || actual.reasons.every((reason, side) => reason === reasons[side]));
  return { a, b, expected, actual, isAsExpected, sides };
}

function isRight(expected: Expectation['outcome'], actual: string): boolean {
  const hasPath = actual === 'direct' || actual === 'relayed';
  if (expected === 'any-path') return hasPath;
  return expected === 'anything' ? hasPath || actual === 'failed' : actual === expected;
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

function familiesOf([a, b]: Both<PunchedSide>): Both<Family | null> {
  return [familyIn(a), familyIn(b)];
}

/** A report may be that of any program. */
function familyIn({ report }: PunchedSide): Family | null {
  const address: unknown = report?.remote?.address;
  return typeof address === 'string' ? familyOf(address) : null;
}

function outcomeOf(a: PeerReport | null, b: PeerReport | null): string {
  if (!a || !b) return 'no-report';
  return a.outcome === b.outcome ? a.outcome : 'one-sided';
}
