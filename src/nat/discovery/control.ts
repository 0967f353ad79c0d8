/**
 * The control of the filtering test: a socket that opens the way to the server's alternates first and then asks for the
 * same changed replies. Only if these come is silence on the filtering socket evidence.
 */
import type { Endpoint } from '../../endpoint.ts';
import { createProbe, givenUpAt, type Probe } from '../probes/probe.ts';
import { pursue, type Wire } from '../probes/pursue.ts';
import type { SilenceEvidence } from '../probes/silence.ts';
import type { Reason } from '../reason.ts';
import { type AskedServer, changedSource, type Elsewhere } from './alternate.ts';

/** A comprehension-required attribute is not understood (RFC 8489 §14.8). */
const UNKNOWN_ATTRIBUTE = 420;

export interface Control {
  readonly probes: () => readonly Probe[];
  /** Opens the ways; answers when to be called again. */
  readonly step: (now: number) => number;
  /** Whether the way from that alternate is open. */
  readonly isReady: (change: Elsewhere) => boolean;
  /** Asks once for the changed reply, if its way is open. */
  readonly ask: (now: number, change: Elsewhere) => void;
  /** Sends whose reply was due, and answers. */
  readonly tally: (now: number, change: Elsewhere) => Pick<SilenceEvidence, 'controlSends' | 'controlAnswers'>;
  /** Why there will never be a control for this change, or null. */
  readonly obstacle: (now: number, change: Elsewhere) => Reason | null;
}

/** The way from one alternate: the question that opens it, then the one that uses it. */
interface Way {
  readonly opener: Probe;
  changed: Probe | null;
}

export function createControl({ exchange, pace, server, other }: Wire & AskedServer): Control {
  const plainTo = (test: string, to: Endpoint): Probe =>
    createProbe({ test: `control.${test}`, socket: 'control', to, change: 'none', expectedFrom: () => to });
  const primary = plainTo('primary', server);
  let ways: Readonly<Record<Elsewhere, Way>> | null = null;

  const openWays = (alternate: Endpoint): Readonly<Record<Elsewhere, Way>> => ({
    port: { opener: plainTo('to-other-port', changedSource(server, alternate, 'port')), changed: null },
    'ip-and-port': { opener: plainTo('to-other-address-and-port', alternate), changed: null },
  });
  const openers = (): readonly Probe[] => [primary, ...(ways ? [ways.port.opener, ways['ip-and-port'].opener] : [])];

  /** The changed question, once both its way and the primary's own mapping are known. */
  const changedProbe = (change: Elsewhere): Probe | null => {
    const way = ways?.[change];
    const mapped = way?.opener.answer?.mapped;
    if (!way || !mapped || !primary.answer) return null;
    way.changed ??= createProbe({
      test: `control.change-${change}`,
      socket: 'control',
      to: server,
      change,
      // Behind a destination-dependent mapping the reply has to go to the port that is mapped toward the alternate.
      ...(mapped.port === primary.answer.mapped.port ? {} : { responsePort: mapped.port }),
      expectedFrom: () => way.opener.question.to,
    });
    return way.changed;
  };

  return {
    probes: () => [
      ...openers(),
      ...[ways?.port.changed, ways?.['ip-and-port'].changed].filter((probe) => probe !== null && probe !== undefined),
    ],
    step: (now) => {
      const alternate = other();
      if (alternate) ways ??= openWays(alternate);
      return pursue(now, openers(), { exchange, pace });
    },
    isReady: (change) => changedProbe(change) !== null,
    ask: (now, change) => {
      const probe = changedProbe(change);
      if (probe) exchange.send(now, probe);
    },
    tally: (now, change) => {
      const dueBefore = now - pace.patienceMs();
      const sends = changedProbe(change)?.sends ?? [];
      const settled = sends.filter(({ at, answeredAt }) => answeredAt !== null || at <= dueBefore);
      return {
        controlSends: settled.length,
        controlAnswers: settled.filter(({ answeredAt }) => answeredAt !== null).length,
      };
    },
    obstacle: (now, change) => {
      const way = ways?.[change];
      if (!way) return null;
      if ([primary, way.opener].some((probe) => !probe.answer && givenUpAt(probe, pace) <= now))
        return 'alternate-mute';
      if (way.changed && way.changed.errorCode !== null) {
        const asksForPort = way.changed.question.responsePort !== undefined;
        return asksForPort && way.changed.errorCode === UNKNOWN_ATTRIBUTE ? 'response-port-refused' : 'error-replies';
      }
      const [seen, seenElsewhere] = [primary.answer?.mapped, way.opener.answer?.mapped];
      return seen && seenElsewhere && seen.address !== seenElsewhere.address ? 'several-public-addresses' : null;
    },
  };
}
