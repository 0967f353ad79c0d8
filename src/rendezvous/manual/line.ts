/**
 * The lines that two people give each other where there is nothing to meet at: an offer, and the answer to it. Each is one word of
 * fewer than 500 characters, which can go through any chat:
 *
 *   natcheck-offer-1.BASE64URL         the same for natcheck-answer-1
 *
 *   0         4                                  of the bytes behind the dot
 *   +---------+----------------------------------+
 *   | check   | deflated JSON (RFC 1951)         |
 *   +---------+----------------------------------+
 *
 * The check is the start of the SHA-256 of what follows, so that a line which was damaged on its way is told as that. Whoever reads a line
 * can take the place of the one that it is for: it has to go by a way that the two trust.
 */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import type { Endpoint } from '../../endpoint.ts';
import { behavior, candidates, endpoint, type ToldBehavior } from '../protocol/fields.ts';
import { parseMessage } from '../protocol/parse.ts';

export const LINE_MAX_CHARACTERS = 500;
const VERSION = 1;
const CHECK_BYTES = 4;
/** What a line may unfold to: far more than any of ours does. */
const JSON_MAX_BYTES = 8 * 1024;
/** What is pasted may have been wrapped, and come with a sentence around it. */
const PASTE_MAX_CHARACTERS = 4 * 1024;
/** What most lines have in common. Another dictionary is another version. */
const DICTIONARY = Buffer.from(
  '"range":null,"step":null,"perSocket":true,"kind":"sequential","kind":"random","kind":"preserving","allocation":{"kind":"undetermined","mapping":"none","filtering":"undetermined","early":"changes-port","address-dependent","address-and-port-dependent","endpoint-independent","behavior6":{"endpoint6":{"candidate: 1 udp 2113 typ relay raddr 0.0.0.0 rport 0 1 udp 1694498815 typ srflx raddr 10.0.0. rport 1 udp 2130706431 172.16. typ host 1 udp 2130706431 192.168.1. typ host","candidate:"],"candidates":["endpoint":{"address":"192.168.","port":}"behavior":{"mapping":"endpoint-independent","filtering":"address-and-port-dependent","answers":"","secret":"',
);

const line = z.object({
  /** Of the offer: what keys are made from besides. Of the answer: the same, from the other side. */
  secret: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/),
  /** In an answer: the check of the offer that it is for. */
  answers: z.string().max(16).optional(),
  endpoint,
  endpoint6: endpoint.optional(),
  candidates,
  behavior,
  behavior6: behavior.optional(),
});

export type ManualLineKind = 'offer' | 'answer';

export interface ManualLine {
  readonly kind: ManualLineKind;
  readonly secret: string;
  readonly answers?: string | undefined;
  readonly endpoint: Endpoint;
  readonly endpoint6?: Endpoint | undefined;
  readonly candidates: readonly string[];
  readonly behavior: ToldBehavior;
  readonly behavior6?: ToldBehavior | undefined;
}

export type ReadLine =
  | { readonly ok: true; readonly line: ManualLine }
  /** One sentence. */
  | { readonly ok: false; readonly problem: string };

/** Writes a line. Of the candidates those are left out that would make it too long, those of this host's own addresses first. */
export function formatManualLine({ kind, ...told }: ManualLine): string {
  const sorted = told.candidates.toSorted((a, b) => rankOf(a) - rankOf(b));
  for (let count = sorted.length; ; count--) {
    const text = pack(kind, JSON.stringify({ ...told, candidates: sorted.slice(0, count) }));
    if (text.length < LINE_MAX_CHARACTERS || count === 0) return text;
  }
}

/** Relays, then reflexive endpoints, then addresses of the host. */
function rankOf(candidate: string): number {
  const type = / typ (relay|srflx|host)/.exec(candidate)?.[1] ?? 'host';
  return ['relay', 'srflx', 'host'].indexOf(type);
}

function pack(kind: ManualLineKind, text: string): string {
  const packed = deflateRawSync(text, { level: 9, dictionary: DICTIONARY });
  return `natcheck-${kind}-${VERSION}.${Buffer.concat([checkOf(packed), packed]).toString('base64url')}`;
}

/** Reads what was pasted. A blank in it may be where the line was wrapped, or where it ends and something else follows. */
export function readManualLine(pasted: string): ReadLine {
  let text = '';
  let read: ReadLine | null = null;
  for (const word of pasted.slice(0, PASTE_MAX_CHARACTERS).split(/\s+/)) {
    text += word;
    read = readJoined(text);
    if (read.ok) return read;
  }
  return read ?? readJoined(text);
}

function readJoined(text: string): ReadLine {
  const found = /natcheck-(offer|answer)-(\d{1,4})\.([A-Za-z0-9_-]*)/.exec(text);
  if (!found)
    return refused(
      'this is no line of natcheck: paste the whole line that begins with natcheck-offer or natcheck-answer',
    );
  const [, kind, version, packed = ''] = found;
  if (Number(version) !== VERSION) {
    return refused(
      `this line is of version ${version}, and this natcheck reads version ${VERSION}: both sides need the same`,
    );
  }
  const unpacked = unpack(Buffer.from(packed, 'base64url'));
  const parsed = unpacked === null ? null : parseMessage(line, unpacked);
  if (!parsed?.ok) return refused('this line is damaged, or a part of it is missing: paste all of it');
  return { ok: true, line: { kind: kind as ManualLineKind, ...parsed.message } };
}

function refused(problem: string): ReadLine {
  return { ok: false, problem };
}

/** Returns the JSON of a line; null where it is damaged. */
function unpack(bytes: Buffer): string | null {
  const packed = bytes.subarray(CHECK_BYTES);
  if (!checkOf(packed).equals(bytes.subarray(0, CHECK_BYTES))) return null;
  try {
    return inflateRawSync(packed, { dictionary: DICTIONARY, maxOutputLength: JSON_MAX_BYTES }).toString('utf8');
  } catch {
    return null;
  }
}

function checkOf(packed: Uint8Array): Buffer {
  return createHash('sha256').update(packed).digest().subarray(0, CHECK_BYTES);
}

/** Names an offer, for the answer to it. */
export function nameOfOffer(secret: string): string {
  return createHash('sha256').update(`natcheck offer ${secret}`).digest().subarray(0, 6).toString('base64url');
}
