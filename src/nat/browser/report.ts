/** The report of a detection in a browser: what the server has seen, and what the browser says of itself, by the usual rules. */
import type { Endpoint } from '../../endpoint.ts';
import { type Finding, found, undetermined } from '../behavior.ts';
import type { ServerIdentity } from '../evidence.ts';
import { patternOf, undeterminedPorts } from '../port-assignment/pattern.ts';
import type { Reason } from '../reason.ts';
import { DETECT_SCHEMA, type FamilyReport } from '../report.ts';
import type { Translation } from '../translation/translation.ts';
import { type Verdict, verdictOf } from '../verdict.ts';
import type { BrowserResult } from './protocol.ts';

/** What the browser tells of its sockets. */
export interface BrowserView {
  /** Whether it has a candidate over UDP at all. */
  readonly hasUdp: boolean;
  /** Whether the reflexive endpoint of the base socket is that socket's own (RFC 8445 §7.2.5.3.1); null where it is not known. */
  readonly isOwn: boolean | null;
  /** Where the server has seen that socket; null where it has not. */
  readonly base: Endpoint | null;
  /** The ports that the control socket is bound to, one for each address. */
  readonly ports: readonly number[];
}

/** @param result null when the server has not said any. */
export function browserReport(
  result: BrowserResult | null,
  view: BrowserView,
  server: ServerIdentity | null,
): FamilyReport {
  const silence = silenceOf(result, view);
  const mapping = silence ? undetermined(silence) : mappingOf(result, view);
  const filtering = silence ? undetermined(silence) : (result?.filtering ?? undetermined('no-answer'));
  const isBlocked = silence === 'udp-silent';
  const verdict: Verdict = isBlocked ? { type: 'udp-blocked', reason: null } : verdictOf(mapping, filtering);
  return {
    ...{ schema: DETECT_SCHEMA, by: 'browser', verdict, mapping, filtering },
    allocation: {
      ...(mapping.behavior === 'none' ? patternOf('none') : undeterminedPorts(silence ?? 'browser-cannot-tell')),
      samples: [],
    },
    pooling: { behavior: 'undetermined', reason: silence ?? 'browser-cannot-tell' },
    translation: translationOf(mapping, { result, view, silence }),
    ...{ local: null, public: result?.public ?? null, server },
    elapsedMs: result?.elapsedMs ?? 0,
    probes: result?.probes ?? [],
    rejected: [],
  };
}

/** Why nothing has been seen; null when something has. */
function silenceOf(result: BrowserResult | null, { hasUdp }: BrowserView): Reason | null {
  if (result?.isHeard) return null;
  if (!hasUdp) return 'browser-without-udp';
  // The page has come over TCP from the very server that hears nothing over UDP.
  return result ? 'udp-silent' : 'no-answer';
}

/** A public endpoint is the browser's own only if the browser says so; it is a NAT's if the port is another. */
function mappingOf(result: BrowserResult | null, view: BrowserView): Finding {
  if (!result) return undetermined('no-answer');
  const { mapping, public: seen } = result;
  if (mapping.behavior !== 'endpoint-independent') return mapping;
  if (isTranslated(seen, view)) return mapping;
  // The two sockets have to be seen at one address, for one to stand for the other.
  if (view.isOwn === null || seen?.address !== view.base?.address) return undetermined('browser-hides-base');
  return view.isOwn ? found('none') : mapping;
}

function isTranslated(seen: Endpoint | null, { ports }: BrowserView): boolean {
  return seen !== null && ports.length > 0 && !ports.includes(seen.port);
}

function translationOf(
  mapping: Finding,
  { result, view, silence }: { result: BrowserResult | null; view: BrowserView; silence: Reason | null },
): Translation {
  const seen = result?.public ?? null;
  const isNapt = isTranslated(seen, view);
  const evidence = {
    publicAddresses: seen ? [seen.address] : [],
    preservedPorts: seen && !isNapt && view.ports.length > 0 ? 1 : 0,
    translatedPorts: isNapt ? 1 : 0,
    unsolicited: [],
  };
  if (mapping.behavior === 'none') return { kind: 'none', reason: null, evidence };
  if (isNapt) return { kind: 'napt', reason: null, evidence };
  return { kind: 'undetermined', reason: silence ?? 'browser-cannot-tell', evidence };
}
