/** Answers a request with a success or an error, under the integrity that the request had (RFC 8489 §9.2.4). */
import type { Attribute } from '../../../src/stun/attribute.ts';
import { encode } from '../../../src/stun/encode.ts';
import { attribute, type StunMessage } from '../../../src/stun/message.ts';
import type { Proof } from './access/users.ts';
import { type ErrorCode, reasonOf } from './error-code.ts';
import type { FiveTuple } from './five-tuple.ts';
import type { State } from './state.ts';

/** What a rule decides on a request: the code to refuse it with, or the attributes of the success. */
export type RequestVerdict = ErrorCode | readonly Attribute[];

export interface Answering {
  readonly fiveTuple: FiveTuple;
  readonly request: StunMessage;
  /** Null where the request has shown none, or needs none. */
  readonly proof: Proof | null;
}

export function answer(state: State, answering: Answering, verdict: RequestVerdict): void {
  if (typeof verdict === 'number') {
    refuse(state, answering, { code: verdict });
    return;
  }
  const { fiveTuple, request, proof } = answering;
  state.outputs.push({ kind: 'reply', fiveTuple, bytes: successBytes(request, verdict, proof), isData: false });
}

/** Refuses a request. */
export function refuse(
  state: State,
  { fiveTuple, request, proof }: Answering,
  { code, more = [] }: { readonly code: ErrorCode; readonly more?: readonly Attribute[] },
): void {
  state.counts.refused[code]++;
  const attributes: Attribute[] = [{ type: 'ERROR-CODE', value: { code, reason: reasonOf(code) } }, ...more];
  const bytes = replyBytes(request, { kind: 'error', attributes, proof });
  state.outputs.push({ kind: 'reply', fiveTuple, bytes, isData: false });
}

export function successBytes(request: StunMessage, attributes: readonly Attribute[], proof: Proof | null): Uint8Array {
  return replyBytes(request, { kind: 'success', attributes, proof });
}

/** Encodes a reply, with FINGERPRINT if the request has one (RFC 8489 §6.3.1.1). */
function replyBytes(
  request: StunMessage,
  reply: {
    readonly kind: 'success' | 'error';
    readonly attributes: readonly Attribute[];
    readonly proof: Proof | null;
  },
): Uint8Array {
  const { method, transactionId } = request;
  const { kind, attributes, proof } = reply;
  const fingerprint = attribute(request, 'FINGERPRINT') !== undefined;
  const integrity = proof && { integrity: { algorithm: proof.algorithm, key: proof.credentials.key } };
  return encode({ class: kind, method, transactionId, attributes }, { fingerprint, ...integrity });
}
