/**
 * Asks a gateway by PCP and by NAT-PMP at once, from one socket, until it has answered both; a sans-IO session.
 *
 * RFC 6887 §9 has a client ask by the highest version that it speaks, and by NAT-PMP, which counts as version 0, once it is
 * told that the server does not speak that. To ask by both at once takes no longer, even where a server says nothing to a
 * version that it does not know.
 */
import { type Endpoint, sameEndpoint } from '../endpoint.ts';
import type { Arrival, EventOutput, Session } from '../session.ts';
import { decodeResponse as decodeNatPmp, encodeAddressRequest } from './nat-pmp/message.ts';
import { decodeResponse as decodePcp, encodeAnnounceRequest } from './pcp/message.ts';
import { createGaps } from './pcp/retransmission.ts';

export const GATEWAY_SOCKET = 'gateway';
/** RFC 6886 §3.5. */
const UNSUPPORTED_VERSION = 1;

export type GatewayAnswer =
  /** The server speaks PCP, whatever it says to a request that asks for nothing. */
  | { readonly protocol: 'pcp'; readonly epochS: number }
  /** The address is null when the server has none. */
  | { readonly protocol: 'nat-pmp'; readonly address: string | null };
type Protocol = GatewayAnswer['protocol'];
type Event = EventOutput<GatewayAnswer>;

interface State {
  readonly gateway: Endpoint;
  /** What is still to be answered, with the request. */
  readonly asked: Map<Protocol, Uint8Array>;
  readonly events: Event[];
  /** What is to be sent now. */
  outbox: readonly Uint8Array[];
  dueAt: number;
}

/** Gives an event for each answer. It is done when each protocol was answered or is not spoken, or nothing can be sent. */
export function createGatewayProbe(options: {
  readonly gateway: Endpoint;
  /** The address of this host from which it is asked. */
  readonly client: string;
  readonly protocols: readonly Protocol[];
  /** At least 0, less than 1. */
  readonly random: () => number;
}): Session<null, Event> {
  const { gateway, client, protocols, random } = options;
  const requestOf = { pcp: encodeAnnounceRequest(client), 'nat-pmp': encodeAddressRequest() };
  const asked = new Map(protocols.map((one) => [one, requestOf[one]]));
  const state: State = { gateway, asked, events: [], outbox: [], dueAt: Number.NEGATIVE_INFINITY };
  const nextGap = createGaps(random);
  return {
    handleDatagram: (_now, arrival) => take(state, arrival),
    handleSendFailure: () => asked.clear(),
    handleTimeout: () => {},
    poll: (now) => {
      const event = state.events.shift();
      if (event) return event;
      if (asked.size === 0) return { kind: 'done', result: null };
      if (now >= state.dueAt) {
        state.dueAt = now + nextGap();
        state.outbox = [...asked.values()];
      }
      const [bytes, ...rest] = state.outbox;
      state.outbox = rest;
      return bytes
        ? { kind: 'transmit', socket: GATEWAY_SOCKET, to: gateway, bytes }
        : { kind: 'wait', until: state.dueAt };
    },
  };
}

/** RFC 6887 §8.3, RFC 6886 §3.1: what does not come from the gateway is discarded. */
function take({ gateway, asked, events }: State, { from, bytes }: Arrival): void {
  if (!sameEndpoint(from, gateway)) return;
  const answer = answerIn(bytes);
  if (answer === 'not-pcp') asked.delete('pcp');
  else if (answer && asked.delete(answer.protocol)) events.push({ kind: 'event', event: answer });
}

function answerIn(bytes: Uint8Array): GatewayAnswer | 'not-pcp' | null {
  const pcp = decodePcp(bytes);
  if (pcp?.kind === 'announce') return { protocol: 'pcp', epochS: pcp.epochS };
  // Of version 2 it is about the request by NAT-PMP.
  if (pcp?.kind === 'unsupported-version') return pcp.version === 1 ? 'not-pcp' : null;
  const natPmp = decodeNatPmp(bytes);
  if (natPmp?.kind === 'address') return { protocol: 'nat-pmp', address: natPmp.address };
  // An unknown version may be that of the request by PCP, whose opcode is that of the request for the address.
  const isError = natPmp?.kind === 'error' && natPmp.op === 'address' && natPmp.code !== UNSUPPORTED_VERSION;
  return isError ? { protocol: 'nat-pmp', address: null } : null;
}
