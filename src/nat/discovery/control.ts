/**
 * The control of the filtering test: a socket that opens the way to the server's alternates first and then asks for the
 * same changed replies. Only if these come is silence on the filtering socket evidence.
 */
import type { Endpoint } from '../../endpoint.ts';
import { askTogether } from '../probes/ask.ts';
import { type Exchange, sendProbe } from '../probes/exchange.ts';
import { createProbe, isGivenUp, type Probe, UNKNOWN_ATTRIBUTE } from '../probes/probe.ts';
import { answeredCount, isDue, type SilenceEvidence } from '../probes/silence.ts';
import type { Reason } from '../reason.ts';
import { type AskedServer, changedSource, type Elsewhere } from './alternate.ts';

/** The way from one alternate: the question that opens it, then the one that uses it. */
interface Way {
  readonly opener: Probe;
  changed: Probe | null;
}

export interface Control {
  readonly exchange: Exchange;
  readonly server: AskedServer;
  readonly primary: Probe;
  /** Null until the server's alternates are known. */
  ways: Readonly<Record<Elsewhere, Way>> | null;
}

export function createControl(exchange: Exchange, server: AskedServer): Control {
  return { exchange, server, primary: plainTo('primary', server.primary), ways: null };
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

/** Asks once for the changed reply, if its way is open. */
export function askForChange(now: number, control: Control, change: Elsewhere): void {
  const probe = changedProbe(control, change);
  if (probe) sendProbe(now, control.exchange, probe);
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

/** Why there will never be a control for this change, or null. */
export function controlObstacle(now: number, { ways, primary, exchange }: Control, change: Elsewhere): Reason | null {
  const way = ways?.[change];
  if (!way) return null;
  if ([primary, way.opener].some((probe) => isGivenUp(now, probe, exchange.pace))) return 'alternate-mute';
  if (way.changed && way.changed.errorCode !== null) {
    const asksForPort = way.changed.question.responsePort !== undefined;
    return asksForPort && way.changed.errorCode === UNKNOWN_ATTRIBUTE ? 'response-port-refused' : 'error-replies';
  }
  const [seen, seenElsewhere] = [primary.answer?.mapped, way.opener.answer?.mapped];
  return seen && seenElsewhere && seen.address !== seenElsewhere.address ? 'several-public-addresses' : null;
}
