/** A question to a server: where it goes and what it asks, each time that it was sent, and the answers that counted. */
import type { Endpoint } from '../../endpoint.ts';
import type { ProbeEvidence } from '../evidence.ts';
import { ASK_LIMIT, type Pace } from './pace.ts';

/** The error code of a server that does not understand a comprehension-required attribute (RFC 8489 §14.8). */
export const UNKNOWN_ATTRIBUTE = 420;

/** Which other address or port the server is asked to reply from (RFC 5780 §7.2). */
export type Change = 'none' | 'port' | 'ip-and-port';

export interface Question {
  readonly test: string;
  readonly socket: string;
  readonly to: Endpoint;
  readonly change: Change;
  /** Asks for the reply at this port of the sender's public address (RFC 5780 §7.5). */
  readonly responsePort?: number;
  /** The socket behind that port, when it is not the one that asks. */
  readonly hearsAt?: string;
  /** The only source whose answer counts; null while the server's alternate is not known. */
  readonly expectedFrom: () => Endpoint | null;
}

export interface Send {
  readonly at: number;
  answeredAt: number | null;
}

export interface ProbeAnswer {
  readonly from: Endpoint;
  readonly mapped: Endpoint;
  /** The server's other address and port, when it has one. */
  readonly other: Endpoint | null;
  /** When the question left that it answers. */
  readonly sentAt: number;
  readonly rttMs: number;
}

export interface Probe {
  readonly question: Question;
  readonly sends: Send[];
  /** The first answer that counted. */
  answer: ProbeAnswer | null;
  /** The code of an error-class response from the expected source. */
  errorCode: number | null;
  /** The system's code when it would not send. */
  sendFailure: string | null;
}

/** Unless the question says otherwise, it is a plain request, and the answer comes from where the request went. */
export function createProbe(
  question: Omit<Question, 'change' | 'expectedFrom'> & Partial<Pick<Question, 'change' | 'expectedFrom'>>,
): Probe {
  const { to } = question;
  return {
    question: { change: 'none', expectedFrom: () => to, ...question },
    sends: [],
    answer: null,
    errorCode: null,
    sendFailure: null,
  };
}

/** When an unanswered probe is to be sent again; Infinity once it is settled. */
export function nextSendAt(probe: Probe, pace: Pace): number {
  if (probe.answer || isRefused(probe) || probe.sends.length >= ASK_LIMIT) return Number.POSITIVE_INFINITY;
  const last = probe.sends.at(-1);
  return last ? last.at + pace.gapMs(probe.sends.length) : Number.NEGATIVE_INFINITY;
}

/** When the probe, if it stays unanswered, is given up: after its last send and the time that a reply may take. */
export function givenUpAt(probe: Probe, pace: Pace): number {
  if (isRefused(probe)) return Number.NEGATIVE_INFINITY;
  const last = probe.sends.at(-1);
  return probe.sends.length < ASK_LIMIT || !last ? Number.POSITIVE_INFINITY : last.at + pace.patienceMs();
}

export function isGivenUp(now: number, probe: Probe, pace: Pace): boolean {
  return !probe.answer && givenUpAt(probe, pace) <= now;
}

/** Whether the probe has been answered or given up. */
export function isSettled(now: number, probe: Probe, pace: Pace): boolean {
  return probe.answer !== null || givenUpAt(probe, pace) <= now;
}

/** Whether asking again is of no use: the server said no, or the system cannot send there. */
export function isRefused(probe: Probe): boolean {
  return probe.errorCode !== null || probe.sendFailure !== null;
}

export function evidenceOf({ question, sends, answer }: Probe): ProbeEvidence {
  return {
    test: question.test,
    socket: question.socket,
    to: question.to,
    sends: sends.length,
    answers: sends.filter((send) => send.answeredAt !== null).length,
    from: answer?.from ?? null,
    rttMs: answer && Math.round(answer.rttMs * 100) / 100,
    mapped: answer?.mapped ?? null,
  };
}
