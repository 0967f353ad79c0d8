/**
 * What others have passed on from one side to the other: told by the bytes themselves where they come out as they went in,
 * within whatever framing, else by volume and time. That a side only talks to somebody who talks to the other is not enough.
 */
import type { Packet } from '../capture/packet.ts';
import type { Passage } from './passage.ts';

/** What somebody passed on in one direction. */
export interface PassedOn {
  readonly at: number;
  readonly packet: Packet;
  /** Whom it went through, the first one first; the same one twice counts once. */
  readonly through: readonly string[];
}

export interface PassedOnOneWay {
  /** The same bytes came out: datagrams, or what is no text. A server that only makes two peers meet has no cause for it. */
  readonly certain: readonly PassedOn[];
  /** Text over TCP that came out again, as offers and answers do, and volume that fits: payload only where there is much. */
  readonly possible: readonly PassedOn[];
}

/** How long somebody may keep what is passed on: a queue on a slow link. */
const HELD_MS = 1000;
/** How many packets back it is looked for: those that may be on their way at once. */
const LOOKED_AT = 64;
/** Bytes that are compared: no two packets share them by chance. */
const NEEDLE_BYTES = 16;
/** Where they are taken from, at most: beyond the framing of any relay, and within what is captured. */
const NEEDLE_FROM_MAX = 96;
/** Fewer different bytes are a filling, which proves nothing. */
const DIFFERENT_BYTES_MIN = 6;

export interface OneWay {
  /** From the one side to others. */
  readonly sent: readonly Passage[];
  /** From others to the other side. */
  readonly received: readonly Passage[];
  /** What the receiver itself has sent to others: an echo of that is not passed on. */
  readonly ownSent: readonly Passage[];
}

/** All in the order of time. */
export function passedOn({ sent, received, ownSent }: OneWay): PassedOnOneWay {
  const certain: PassedOn[] = [];
  const possible: PassedOn[] = [];
  const [bySender, byReceiver] = [createRecent(sent), createRecent(ownSent)];
  const credit = createCredit(sent);
  for (const one of received) {
    const needle = needleOf(one.packet);
    const source = needle === null ? null : bySender.holding(needle, one.at);
    const isEcho = needle !== null && byReceiver.holding(needle, one.at) !== null;
    if (source !== null && !isEcho) {
      const passed = { at: one.at, packet: one.packet, through: [...new Set([source.host, one.host])] };
      const isMeeting = source.packet.protocol === 'tcp' && one.packet.protocol === 'tcp' && isText(one.packet.payload);
      (isMeeting ? possible : certain).push(passed);
      credit.spend(source.host, { at: one.at, bytes: one.packet.payloadBytes });
    } else if (!isEcho && credit.spend(one.host, { at: one.at, bytes: one.packet.payloadBytes })) {
      possible.push({ at: one.at, packet: one.packet, through: [one.host] });
    }
  }
  return { certain, possible };
}

function textOf(payload: Uint8Array): string {
  return String.fromCharCode(...payload);
}

function needleOf({ payload }: Packet): string | null {
  if (payload.length < NEEDLE_BYTES) return null;
  const from = Math.min(payload.length - NEEDLE_BYTES, payload.length >> 1, NEEDLE_FROM_MAX);
  const bytes = payload.subarray(from, from + NEEDLE_BYTES);
  return new Set(bytes).size < DIFFERENT_BYTES_MIN ? null : textOf(bytes);
}

function isText(payload: Uint8Array): boolean {
  const printable = payload.filter((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
  return printable.length > 0.9 * payload.length;
}

/** What has been sent a moment ago. */
function createRecent(sent: readonly Passage[]): { readonly holding: (needle: string, at: number) => Passage | null } {
  const texts: string[] = [];
  let next = 0;
  return {
    holding: (needle, at) => {
      for (; (sent[next]?.at ?? Number.POSITIVE_INFINITY) <= at; next++)
        texts.push(textOf(sent[next]?.packet.payload ?? new Uint8Array()));
      for (let back = next - 1; back >= Math.max(0, next - LOOKED_AT); back--) {
        const one = sent[back];
        if (one === undefined || at - one.at > HELD_MS) return null;
        if (texts[back]?.includes(needle)) return one;
      }
      return null;
    },
  };
}

interface Credit {
  /** Whether somebody was sent as much shortly before as this takes out, at least in part. */
  spend(host: string, taken: { readonly at: number; readonly bytes: number }): boolean;
}

/** Bytes that somebody was sent and has not yet passed on. */
function createCredit(sent: readonly Passage[]): Credit {
  const open = new Map<string, { at: number; bytes: number }[]>();
  let next = 0;
  return {
    spend: (host, { at, bytes }) => {
      for (let one = sent[next]; one !== undefined && one.at <= at; one = sent[++next]) {
        const queue = open.get(one.host) ?? [];
        open.set(one.host, queue);
        queue.push({ at: one.at, bytes: one.packet.payloadBytes });
      }
      const queue = open.get(host) ?? [];
      while (queue[0] && at - queue[0].at > HELD_MS) queue.shift();
      let left = bytes;
      while (left > 0 && queue[0]) {
        const used = Math.min(left, queue[0].bytes);
        left -= used;
        queue[0].bytes -= used;
        if (queue[0].bytes === 0) queue.shift();
      }
      return bytes > 0 && left <= bytes / 2;
    },
  };
}
