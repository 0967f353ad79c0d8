/** A STUN message as plain data, and the questions one asks of it. */
import {
  ATTRIBUTES,
  type Attribute,
  type AttributeName,
  type AttributeValue,
  isComprehensionRequired,
} from './attribute.ts';
import { CLASSIC_TRANSACTION_ID_BYTES, type MessageClass } from './header.ts';

export interface StunMessage {
  readonly class: MessageClass;
  /** 12 bits; METHOD names those in use. */
  readonly method: number;
  /** 12 bytes after the magic cookie, or 16 bytes without one (classic, RFC 3489). */
  readonly transactionId: Uint8Array;
  readonly attributes: readonly Attribute[];
}

/** Whether the message has no magic cookie, so that its sender knows RFC 3489 only. */
export function isClassic(message: StunMessage): boolean {
  return message.transactionId.length === CLASSIC_TRANSACTION_ID_BYTES;
}

/** Gives the value of the first attribute of that type: later ones of the same type do not count (RFC 8489 §14). */
export function attribute<N extends AttributeName>(message: StunMessage, name: N): AttributeValue<N> | undefined {
  const found = message.attributes.find((candidate) => candidate.type === name);
  return found?.value as AttributeValue<N> | undefined;
}

/**
 * Lists the comprehension-required types in the message that are not among `understood`, each once, in order:
 * a request with any of them is answered with 420 and this list (RFC 8489 §6.3.1).
 */
export function unknownRequired(message: StunMessage, understood: ReadonlySet<AttributeName>): readonly number[] {
  const codes = new Set<number>();
  for (const one of message.attributes) {
    const code = one.type === 'opaque' ? one.code : ATTRIBUTES[one.type].code;
    if (isComprehensionRequired(code) && !(one.type !== 'opaque' && understood.has(one.type))) codes.add(code);
  }
  return [...codes];
}
