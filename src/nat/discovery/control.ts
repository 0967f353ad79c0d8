/**
 * The control of the filtering test: a socket that opens the way to the server's alternates first and then asks for the
 * same changed replies. Only if these come is silence on the filtering socket evidence.
 */
import type { Endpoint } from '../../endpoint.ts';
import { askTogether } from '../probes/ask.ts';
import { type Exchange, sendProbe } from '../probes/exchange.ts';
import { createProbe, isGivenUp, type Probe, UNKNOWN_ATTRIBUTE } from '../probes/probe.ts';
import { answeredCount, isDue, isMute, type SilenceEvidence } from '../probes/silence.ts';
import type { Reason } from '../reason.ts';
import { type AskedServer, changedSource, type Elsewhere } from './alternate.ts';

/** After so many changed questions without an answer something may have happened to the socket's mappings. */
const SILENT_SENDS = 4;

/** The way from one alternate: the question that opens it, then the one that uses it. */
interface Way {
  readonly opener: Probe;
  changed: Probe | null;
}

export interface Control {
  readonly exchange: Exchange;
  readonly server: AskedServer;
  readonly primary: Probe;
  /** A plain question on another socket, which is asked at the same pace. */
  readonly companion: Probe;
  /** Null until the server's alternates are known. */
  ways: Readonly<Record<Elsewhere, Way>> | null;
}

export function createControl(options: Pick<Control, 'exchange' | 'server' | 'companion'>): Control {
  return { ...options, primary: plainTo('primary', options.server.primary), ways: null };
}

function plainTo(test: string, to: Endpoint): Probe {
  return createProbe({ test: `control.${test}`, socket: 'control', to });
}

export function controlProbes(control: Control): readonly Probe[] {
  const { ways } = control;
  const changed = ways ? [ways.port.changed, ways['ip-and-port'].changed] : [];
  return [...openersOf(control), ...changed.filter((probe) => probe !== null)];
}

function openersOf({ primary, ways }: Control): readonly Probe[] {
  return [primary, ...(ways ? [ways.port.opener, ways['ip-and-port'].opener] : [])];
}

/** Opens the ways from the alternates, as far as these are known. @returns when to call again. */
export function openWays(now: number, control: Control): number {
  const { primary, other } = control.server;
  if (other) {
    control.ways ??= {
      port: { opener: plainTo('to-other-port', changedSource(primary, other, 'port')), changed: null },
      'ip-and-port': { opener: plainTo('to-other-address-and-port', other), changed: null },
    };
  }
  return askTogether(now, control.exchange, openersOf(control));
}

/** Whether the way from that alternate is open. */
export function isWayOpen(control: Control, change: Elsewhere): boolean {
  return changedProbe(control, change) !== null;
}

/**
 * Asks once for the changed reply, if its way is open, and opens that again first: a router that restarts forgets it. Where
 * none has come so far, the primary is asked as well, which tells if such a router has given the socket another endpoint.
 */
export function askForChange(now: number, control: Control, change: Elsewhere): void {
  const probe = changedProbe(control, change);
  const way = control.ways?.[change];
  if (!probe || !way) return;
  const { exchange, primary } = control;
  const isSilent = probe.answer === null && probe.sends.length >= SILENT_SENDS;
  for (const one of [...(isSilent ? [primary] : []), way.opener, probe]) sendProbe(now, exchange, one);
}

/** The changed question, once both its way and the mapping toward the primary are known. */
function changedProbe({ ways, primary, server }: Control, change: Elsewhere): Probe | null {
  const way = ways?.[change];
  const mapped = way?.opener.answer?.mapped;
  if (!way || !mapped || !primary.answer) return null;
  way.changed ??= createProbe({
    test: `control.change-${change}`,
    socket: 'control',
    to: server.primary,
    change,
    // Behind a destination-dependent mapping the reply has to go to the port that is mapped toward the alternate.
    ...(mapped.port === primary.answer.mapped.port ? {} : { responsePort: mapped.port }),
    expectedFrom: () => way.opener.question.to,
  });
  return way.changed;
}

/** How many changed replies were due or came, and how many came. */
export function controlTally(
  now: number,
  control: Control,
  change: Elsewhere,
): Pick<SilenceEvidence, 'controlSends' | 'controlAnswers'> {
  const { pace } = control.exchange;
  const sends = changedProbe(control, change)?.sends ?? [];
  const settled = sends.filter((send) => send.answeredAt !== null || isDue(now, send, pace));
  return { controlSends: settled.length, controlAnswers: answeredCount(settled) };
}

/** When the changed reply was asked for first; Infinity before that. */
export function controlBeganAt({ ways }: Control, change: Elsewhere): number {
  return ways?.[change].changed?.sends[0]?.at ?? Number.POSITIVE_INFINITY;
}

/** Why there will never be a control for this change, or null. */
export function controlObstacle(now: number, control: Control, change: Elsewhere): Reason | null {
  const { ways, primary, companion, exchange } = control;
  const way = ways?.[change];
  if (!way) return null;
  if (isGivenUp(now, primary, exchange.pace)) return 'too-much-loss';
  if (isGivenUp(now, way.opener, exchange.pace)) {
    return isMute(way.opener, companion) ? 'alternate-mute' : 'too-much-loss';
  }
  if (way.changed && way.changed.errorCode !== null) {
    const asksForPort = way.changed.question.responsePort !== undefined;
    return asksForPort && way.changed.errorCode === UNKNOWN_ATTRIBUTE ? 'response-port-refused' : 'error-replies';
  }
  const [seen, seenElsewhere] = [primary.answer?.mapped, way.opener.answer?.mapped];
  return seen && seenElsewhere && seen.address !== seenElsewhere.address ? 'several-public-addresses' : null;
}
