/** One question of a detection: where it goes, what it asks, its sends, and the answers that counted. */
import type { Endpoint } from '../../endpoint.ts';
import type { ProbeEvidence } from '../evidence.ts';
import { ASK_LIMIT, type Pace } from './pace.ts';

/** From where the server is asked to reply (RFC 5780 §7.2). */
export type Change = 'none' | 'port' | 'ip-and-port';

export interface Question {
  readonly test: string;
  readonly socket: string;
  readonly to: Endpoint;
  readonly change: Change;
  /** Asks for the reply at this port of ours (RFC 5780 §7.5). */
  readonly responsePort?: number;
  /** The socket behind that port, when it is another one than asks. */
  readonly hearsAt?: string;
  /** The only source whose answer counts; null while the server's alternate is not known. */
  readonly expectedFrom: () => Endpoint | null;
}

export interface Send {
  readonly at: number;
  answeredAt: number | null;
}

export interface Answer {
  readonly from: Endpoint;
  readonly mapped: Endpoint;
  /** The server's other address and port, when it has one. */
  readonly other: Endpoint | null;
  readonly rttMs: number;
}

export interface Probe {
  readonly question: Question;
  readonly sends: Send[];
  /** The first one. */
  answer: Answer | null;
  /** The code of an error-class response from the expected source. */
  errorCode: number | null;
  /** The system's code when it would not send. */
  sendFailure: string | null;
}

export function createProbe(question: Question): Probe {
  return { question, sends: [], answer: null, errorCode: null, sendFailure: null };
}

/** When an unanswered probe is to be sent again; Infinity once it is settled. */
export function nextSendAt(probe: Probe, pace: Pace): number {
  if (probe.answer || isRefused(probe) || probe.sends.length >= ASK_LIMIT) return Number.POSITIVE_INFINITY;
  const last = probe.sends.at(-1);
  return last ? last.at + pace.gapMs(probe.sends.length) : Number.NEGATIVE_INFINITY;
}

/** When the probe, unanswered, is given up: after its last send and the time a reply may take. */
export function givenUpAt(probe: Probe, pace: Pace): number {
  if (isRefused(probe)) return Number.NEGATIVE_INFINITY;
  const last = probe.sends.at(-1);
  return probe.sends.length < ASK_LIMIT || !last ? Number.POSITIVE_INFINITY : last.at + pace.patienceMs();
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
