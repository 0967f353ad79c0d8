/** The state of measuring browsers: pages, and for each a detection of every family that it has asked for. */

import type { Endpoint, Family } from '../../../src/endpoint.ts';
import type { Dependency } from '../../../src/nat/behavior.ts';
import type { BrowserSocket, Place } from '../../../src/nat/browser/places.ts';
import type { Pace } from '../../../src/nat/probes/pace.ts';
import type { Send } from '../../../src/nat/probes/probe.ts';
import type { Reason } from '../../../src/nat/reason.ts';
import type { BrowserCounts } from './counts.ts';
import type { BrowserOutput } from './input-output.ts';
import type { Places } from './places.ts';

/** What one place has seen of a socket. */
export interface Sight {
  readonly endpoint: Endpoint;
  readonly firstAt: number;
  lastAt: number;
  count: number;
}

/** A socket of the browser. */
export interface Socket {
  readonly name: BrowserSocket;
  /** This server's fragment for it. */
  readonly ufrag: string;
  /** What the browser shows in its checks: this server's fragment and its own, and the server's password. */
  readonly username: string;
  readonly key: Uint8Array;
  /** What the server shows in its checks. */
  readonly asked: { readonly username: string; readonly key: Uint8Array };
  /**
   * The priority in the first check. A host with several interfaces checks from each of them, with another priority each (RFC
   * 8445 §7.1.1, §5.1.2.1); one counts.
   */
  priority: number | null;
  readonly sights: Map<Place, Sight>;
  /** Whether one place has seen two endpoints of it. */
  hasMoved: boolean;
  /** The endpoints that have shown that they hear this server. */
  readonly proven: Set<string>;
  /** How many checks may still go to each endpoint that has not: one for each that came from there. */
  readonly credit: Map<string, number>;
}

/** One question of a detection: the checks that were sent for it, and the first answer. */
export interface Check {
  readonly sends: Send[];
  /** The endpoint that was asked last. */
  to: Endpoint | null;
  answer: { readonly from: Endpoint; readonly rttMs: number } | null;
}

/**
 * What the server asks: `plain` from the primary place to the filtering socket, as the companion of every round; from other
 * places to the same socket, and, as a control, to the control socket, which has opened the way.
 */
export const CHECKS = [
  { name: 'plain', socket: 'filtering', from: 'primary' },
  { name: 'other-port', socket: 'filtering', from: 'other-port' },
  { name: 'other-address-and-port', socket: 'filtering', from: 'other-address-and-port' },
  { name: 'control.other-port', socket: 'control', from: 'other-port' },
  { name: 'control.other-address-and-port', socket: 'control', from: 'other-address-and-port' },
] as const satisfies readonly { readonly name: string; readonly socket: BrowserSocket; readonly from: Place }[];
export type CheckName = (typeof CHECKS)[number]['name'];

/** A detection over one family. */
export interface Trial {
  readonly family: Family;
  readonly page: Page;
  readonly places: Places['endpoints'];
  /** Whether the other address is a partner's. */
  readonly isLent: boolean;
  readonly sockets: Readonly<Record<BrowserSocket, Socket>>;
  readonly checks: Readonly<Record<CheckName, Check>>;
  readonly pace: Pace;
  readonly begunAt: number;
  /** When the browser began to send; null until it says so. */
  startedAt: number | null;
  lastRoundAt: number;
  mapping: SeenFinding | null;
  filtering: SeenFinding | null;
  /** Whether the page has its result. */
  isOver: boolean;
}

/** A finding without `none`: whether a public endpoint is the browser's own, only the browser knows. */
export type SeenFinding =
  | { readonly behavior: Dependency; readonly reason: null }
  | { readonly behavior: 'undetermined'; readonly reason: Reason };

/** A check that is waited for, or was. */
export interface SentCheck {
  readonly trial: Trial;
  readonly name: CheckName;
  readonly send: Send;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export interface Page {
  readonly number: number;
  readonly source: string;
  readonly openedAt: number;
  begun: number;
  /** The bucket of the checks that are sent to it. */
  arrivalMs: number;
  readonly trials: Map<Family, Trial>;
}

export interface State {
  /** The places of each family that is served, as they are now. */
  readonly places: () => ReadonlyMap<Family, Places>;
  readonly randomBytes: (length: number) => Uint8Array;
  /** How many pages may be measured at a time at one source. */
  readonly pagesPerSource: number;
  readonly pages: Map<number, Page>;
  /** How many pages each source has. */
  readonly sources: Map<string, number>;
  /** The sockets by the server's fragment for each. */
  readonly sockets: Map<string, { readonly trial: Trial; readonly socket: Socket }>;
  /** The checks by the hex text of their transaction ids. */
  readonly sent: Map<string, SentCheck>;
  readonly counts: BrowserCounts;
  outputs: BrowserOutput[];
}
