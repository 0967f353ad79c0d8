/**
 * Asks the server to send to sockets that have sent to nobody (RESPONSE-PORT, RFC 5780 §7.5). A NAT that has made no
 * mapping for them lets that in only if the public address stands for this host alone. What is not heard proves nothing,
 * since a filter may have stopped it, so nobody waits for it.
 */
import type { Endpoint } from '../../endpoint.ts';
import { type DetectSocket, SILENT_DETECT_SOCKETS } from '../evidence.ts';
import { askTogether } from '../probes/ask.ts';
import type { Exchange } from '../probes/exchange.ts';
import { createProbe, isSettled, type Probe, UNKNOWN_ATTRIBUTE } from '../probes/probe.ts';
import type { Reason } from '../reason.ts';

type LocalEndpoints = Readonly<Record<DetectSocket, Endpoint>>;

export interface UnsolicitedTest {
  readonly exchange: Exchange;
  /** Asks for a reply to the mapping socket, which has sent to the server: shows that the server can do this at all. */
  readonly control: Probe;
  /** Each asks for a reply to a socket that has sent to nobody. */
  readonly silent: readonly Probe[];
}

/**
 * The control socket asks, since its packets go to the server's primary endpoint anyway.
 * @param options.primary the mapping socket's answered first question, to the server's primary endpoint.
 * @returns null where there is nothing to find out: no address or every port is translated, as far as that answer says.
 */
export function createUnsolicitedTest(options: {
  readonly exchange: Exchange;
  readonly local: LocalEndpoints;
  readonly primary: Probe;
}): UnsolicitedTest | null {
  const { exchange, local, primary } = options;
  const { question, answer } = primary;
  if (!answer || answer.mapped.address === local.mapping.address) return null;
  if (answer.mapped.port !== local.mapping.port) return null;
  const ask = (test: string, responsePort: number, hearsAt: DetectSocket): Probe =>
    createProbe({ test: `translation.${test}`, socket: 'control', to: question.to, responsePort, hearsAt });
  return {
    exchange,
    control: ask('control', answer.mapped.port, 'mapping'),
    silent: SILENT_DETECT_SOCKETS.map((socket) => ask('unsolicited', local[socket].port, socket)),
  };
}

export function unsolicitedProbes({ control, silent }: UnsolicitedTest): readonly Probe[] {
  return [control, ...silent];
}

/** Does what is due. @returns when to call again if nothing comes. */
export function stepUnsolicited(now: number, test: UnsolicitedTest): number {
  return askTogether(now, test.exchange, unsolicitedProbes(test));
}

/** Whether it is worth waiting for: one of the silent sockets has been reached, and another may still be. */
export function isHalfReached(now: number, { silent, exchange }: UnsolicitedTest): boolean {
  return silent.some(({ answer }) => answer) && !silent.every((probe) => isSettled(now, probe, exchange.pace));
}

/** Why the server has sent nothing to the silent sockets, or null. */
export function unsolicitedObstacle({ control: { answer, errorCode } }: UnsolicitedTest): Reason | null {
  if (answer) return null;
  if (errorCode === null) return 'response-port-mute';
  return errorCode === UNKNOWN_ATTRIBUTE ? 'response-port-refused' : 'error-replies';
}
