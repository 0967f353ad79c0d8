/** One TURN client driven by hand, and the server's packets made here one by one. */
import type { Endpoint } from '../../src/endpoint.ts';
import type { Attribute } from '../../src/stun/attribute.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { METHOD } from '../../src/stun/header.ts';
import { longTermKey } from '../../src/stun/integrity.ts';
import { attribute, type StunMessage } from '../../src/stun/message.ts';
import { createTurnClient, type TurnClient, type TurnClientOptions } from '../../src/turn/client.ts';
import type { TurnEvent } from '../../src/turn/event.ts';

export const SERVER: Endpoint = { address: '203.0.113.10', port: 3478 };
export const RELAYED: Endpoint = { address: '203.0.113.10', port: 49_152 };
export const MAPPED: Endpoint = { address: '203.0.113.101', port: 40_000 };
export const PEER: Endpoint = { address: '203.0.113.102', port: 5_000 };
export const CREDENTIALS = { username: 'alice', password: 'wonderland' };
export const REALM = 'lab';
export const KEY = longTermKey({ ...CREDENTIALS, realm: REALM });

const METHOD_NAMES = new Map<number, string>(Object.entries(METHOD).map(([name, code]) => [code, name]));

export interface Sent {
  readonly bytes: Uint8Array;
  /** Its method's name; `channelData` for what is no STUN. */
  readonly method: string;
  /** Blank for ChannelData. */
  readonly message: StunMessage;
}

export interface Bench {
  readonly client: TurnClient;
  /** All but the data, in order. */
  readonly events: TurnEvent[];
  /** What peers sent, as `ADDRESS text`. */
  readonly data: string[];
  /** All that it wants sent at that time. */
  readonly drain: (now: number) => readonly Sent[];
  /** When it wants to be polled again; `closed` when never. */
  readonly until: (now: number) => number | 'closed';
  /** Hands it a packet; what it sends upon it. */
  readonly receive: (now: number, bytes: Uint8Array, from?: Endpoint) => readonly Sent[];
  /** Sends text to a peer; what goes out at once. */
  readonly send: (now: number, text: string, peer?: Endpoint) => readonly Sent[];
}

export function createBench(options: Partial<TurnClientOptions> = {}): Bench {
  let draw = 0;
  const randomBytes = (length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(length - 4, ++draw);
    return bytes;
  };
  const client = createTurnClient({
    server: SERVER,
    socket: 'turn',
    isStream: false,
    credentials: CREDENTIALS,
    randomBytes,
    ...options,
  });
  const events: TurnEvent[] = [];
  const data: string[] = [];
  let until: number | 'closed' = 'closed';
  const drain: Bench['drain'] = (now) => {
    const sent: Sent[] = [];
    for (;;) {
      const output = client.poll(now);
      if (output.kind === 'transmit') sent.push(sentOf(output.bytes));
      else if (output.kind !== 'event') {
        until = output.kind === 'wait' ? output.until : 'closed';
        // Else a driver would turn in circles.
        if (typeof until === 'number' && until <= now) throw new Error(`at ${now} it waits until ${until}`);
        return sent;
      } else if (output.event.kind === 'data') {
        data.push(`${output.event.from.address}:${output.event.from.port} ${Buffer.from(output.event.bytes)}`);
      } else events.push(output.event);
    }
  };
  return {
    client,
    events,
    data,
    drain,
    until: (now) => {
      drain(now);
      return until;
    },
    receive: (now, bytes, from = SERVER) => {
      client.handleDatagram(now, { socket: 'turn', from, bytes });
      return drain(now);
    },
    send: (now, text, peer = PEER) => {
      client.send(now, peer, Buffer.from(text));
      return drain(now);
    },
  };
}

function sentOf(bytes: Uint8Array): Sent {
  const decoded = decode(bytes);
  if (decoded.ok) {
    const { message } = decoded;
    return { bytes, message, method: METHOD_NAMES.get(message.method) ?? String(message.method) };
  }
  return {
    bytes,
    method: 'channelData',
    message: { class: 'indication', method: 0, transactionId: bytes, attributes: [] },
  };
}

/** The only one. */
export function only<T>(all: readonly T[]): T {
  const [first, second] = all;
  if (first === undefined || second !== undefined) throw new Error(`${all.length} in place of one`);
  return first;
}

/** A success answer under the password, or under `key`; null leaves the integrity out. */
export function success(
  { message }: Sent,
  attributes: readonly Attribute[] = [],
  key: Uint8Array | null = KEY,
): Uint8Array {
  const { method, transactionId } = message;
  return encode(
    { class: 'success', method, transactionId, attributes },
    key ? { integrity: { algorithm: 'sha1', key } } : {},
  );
}

/** An error answer, by default without integrity. */
export function error(
  { message }: Sent,
  code: number,
  { attributes = [], key = null }: { attributes?: readonly Attribute[]; key?: Uint8Array | null } = {},
): Uint8Array {
  const { method, transactionId } = message;
  const all: Attribute[] = [{ type: 'ERROR-CODE', value: { code, reason: `reason ${code}` } }, ...attributes];
  return encode(
    { class: 'error', method, transactionId, attributes: all },
    key ? { integrity: { algorithm: 'sha1', key } } : {},
  );
}

/** 401 or 438 with what to answer it with. */
export function challenge(sent: Sent, { code = 401, nonce = 'nonce-1' } = {}): Uint8Array {
  return error(sent, code, {
    attributes: [
      { type: 'REALM', value: REALM },
      { type: 'NONCE', value: nonce },
    ],
  });
}

export function allocated(sent: Sent, lifetimeS = 600): Uint8Array {
  return success(sent, [
    { type: 'XOR-RELAYED-ADDRESS', value: RELAYED },
    { type: 'XOR-MAPPED-ADDRESS', value: MAPPED },
    { type: 'LIFETIME', value: lifetimeS },
  ]);
}

export function dataIndication(text: string, from = PEER): Uint8Array {
  return encode({
    class: 'indication',
    method: METHOD.data,
    transactionId: new Uint8Array(12).fill(9),
    attributes: [
      { type: 'XOR-PEER-ADDRESS', value: from },
      { type: 'DATA', value: Buffer.from(text) },
    ],
  });
}

/** A bench with an allocation of time 0. */
export function allocatedBench(options: Partial<TurnClientOptions> & { readonly lifetimeS?: number } = {}): Bench {
  const { lifetimeS, ...rest } = options;
  const bench = createBench(rest);
  const signed = only(bench.receive(0, challenge(only(bench.drain(0)))));
  bench.receive(0, allocated(signed, lifetimeS));
  return bench;
}

/** A bench with an allocation and a permission for PEER of time 0. */
export function permittedBench(options: Partial<TurnClientOptions> & { readonly lifetimeS?: number } = {}): Bench {
  const bench = allocatedBench(options);
  const asked = only(bench.send(0, 'first'));
  bench.receive(0, success(asked));
  return bench;
}

/** The text of a Send indication or of ChannelData. */
export function textOf({ bytes, message, method }: Sent): string {
  const data = method === 'channelData' ? bytes.subarray(4) : attribute(message, 'DATA');
  return Buffer.from(data ?? []).toString();
}
