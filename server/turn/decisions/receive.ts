/** Receives a message of a client: finds out what it is and who sent it, and passes it to the rule for it. */
import { decode } from '../../../src/stun/decode.ts';
import { hasValidFingerprint } from '../../../src/stun/fingerprint.ts';
import { HEADER_BYTES, MAGIC_COOKIE, METHOD, unpackType } from '../../../src/stun/header.ts';
import { attribute, isClassic, unknownRequired } from '../../../src/stun/message.ts';
import { isChannelData } from '../../../src/turn/wire/channel-data.ts';
import { authenticate } from './access/authenticate.ts';
import { allocate } from './allocation/allocate.ts';
import { refresh } from './allocation/lifetime.ts';
import type { TurnDropReason } from './counts.ts';
import { channelBind } from './data/channel.ts';
import { receiveSend } from './data/data.ts';
import { createPermission } from './data/permission.ts';
import type { ToPeer } from './input-output.ts';
import type { AllocationRequest, AuthenticatedRequest, Received, TurnClientMessage } from './received.ts';
import { answer, type RequestVerdict, refuse } from './reply.ts';
import { openAllocationOf, type State } from './state.ts';
import { understood } from './understood.ts';

/** Decides on a request on an allocation. */
type Rule = (now: number, state: State, request: AllocationRequest) => RequestVerdict;
const RULES: ReadonlyMap<number, Rule> = new Map([
  [METHOD.refresh, refresh],
  [METHOD.createPermission, createPermission],
  [METHOD.channelBind, channelBind],
]);

/** Whether a datagram is for the relay, and not for the STUN service on the same socket; its first bytes tell. */
export function isForRelay(bytes: Uint8Array): boolean {
  if (isChannelData(bytes)) return true;
  const [first = 0xff, second = 0] = bytes;
  if (bytes.length < HEADER_BYTES || first > 0x3f) return false;
  if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(4) !== MAGIC_COOKIE) return false;
  const { method } = unpackType((first << 8) | second);
  return method === METHOD.allocate || method === METHOD.send || RULES.has(method);
}

/**
 * Receives a message that is not data at first sight (data/data.ts); gives why it was dropped, what relays it, or null when
 * the outputs have the answer.
 */
export function receive(
  now: number,
  state: State,
  { fiveTuple, bytes }: TurnClientMessage,
): ToPeer | TurnDropReason | null {
  const decoded = decode(bytes);
  if (!decoded.ok || isClassic(decoded.message)) return 'malformed';
  const request = decoded.message;
  if (attribute(request, 'FINGERPRINT') !== undefined && !hasValidFingerprint(bytes)) return 'bad-fingerprint';
  const received: Received = { fiveTuple, request, bytes };
  if (request.class === 'request') return receiveRequest(now, state, received);
  const isSend = request.class === 'indication' && request.method === METHOD.send;
  return isSend ? receiveSend(now, state, received) : 'unexpected';
}

function receiveRequest(now: number, state: State, received: Received): TurnDropReason | null {
  const { fiveTuple, request } = received;
  const { method } = request;
  if (method === METHOD.binding) {
    // Over UDP the STUN service takes Bindings; over a stream this is all that there is to say.
    answer(state, { fiveTuple, request, proof: null }, [{ type: 'XOR-MAPPED-ADDRESS', value: fiveTuple.remote }]);
    return null;
  }
  if (method !== METHOD.allocate && !RULES.has(method)) return 'unexpected';
  const proof = authenticate(now, state, received);
  if (typeof proof === 'number') return challenge(now, state, { fiveTuple, request, code: proof });
  const answering = { fiveTuple, request, proof };
  const unknown = unknownRequired(request, understood(method));
  if (unknown.length > 0) {
    refuse(state, answering, { code: 420, more: [{ type: 'UNKNOWN-ATTRIBUTES', value: unknown }] });
    return null;
  }
  const verdict = (method === METHOD.allocate ? allocate : verdictOf)(now, state, answering);
  if (verdict !== null) answer(state, answering, verdict);
  return null;
}

/** Challenges an unauthenticated client, as long as its source has not had its share of errors. */
function challenge(
  now: number,
  state: State,
  { fiveTuple, request, code }: Pick<Received, 'fiveTuple' | 'request'> & { readonly code: 400 | 401 | 438 },
): TurnDropReason | null {
  if (!state.mayRefuse(now, fiveTuple)) return 'rate-limited';
  const realmAndNonce = [
    { type: 'REALM', value: state.realm },
    { type: 'NONCE', value: state.nonces.nonceFor(now, fiveTuple) },
  ] as const;
  refuse(state, { fiveTuple, request, proof: null }, { code, more: code === 400 ? [] : realmAndNonce });
  return null;
}

/** Decides on a request on the allocation of its five-tuple, which has to be of the same user (RFC 8656 §5). */
function verdictOf(now: number, state: State, { fiveTuple, request, proof }: AuthenticatedRequest): RequestVerdict {
  const allocation = openAllocationOf(now, state, fiveTuple);
  if (!allocation) return 437;
  if (allocation.proof.credentials.username !== proof.credentials.username) return 441;
  return RULES.get(request.method)?.(now, state, { allocation, request }) ?? 400;
}
