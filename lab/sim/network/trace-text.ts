/** A packet trace for people: one line per event, with what the packet asks or says. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { decode } from '../../../src/stun/decode.ts';
import { hex } from '../../../src/stun/hex.ts';
import { attribute } from '../../../src/stun/message.ts';
import type { TraceEntry } from './trace.ts';

export interface TraceTextOptions {
  /** Says what a datagram holds; default: what a STUN message asks or says, or else the number of bytes. */
  readonly describe?: (bytes: Uint8Array) => string;
}

/** `   40.0 ms  router        passed     192.168.1.10:50000 > 203.0.113.10:3478 as 198.51.100.1:50000 > …  request 3f2a…`. */
export function formatTraceEntry(entry: TraceEntry, { describe = describeStun }: TraceTextOptions = {}): string {
  const { at, place, packet, event } = entry;
  const columns = [`${at.toFixed(1).padStart(9)} ms`, place.padEnd(20), event.padEnd(10), formatWay(packet)];
  if (entry.event === 'passed') columns.push(`as ${formatWay(entry.as)}`);
  if (entry.event === 'dropped') columns.push(`(${entry.why})`);
  return [...columns, packet.protocol === 'tcp' ? `TCP ${packet.segment}` : describe(packet.bytes)].join('  ');
}

function formatWay({ from, to }: { readonly from: Endpoint; readonly to: Endpoint }): string {
  return `${formatEndpoint(from)} > ${formatEndpoint(to)}`;
}

function describeStun(bytes: Uint8Array): string {
  const decoded = decode(bytes);
  if (!decoded.ok) return `${bytes.length} bytes (${decoded.error.code})`;
  const { message } = decoded;
  const words: string[] = [message.class, hex(message.transactionId.subarray(-4))];
  const change = attribute(message, 'CHANGE-REQUEST');
  if (change?.ip) words.push('change-ip');
  if (change?.port) words.push('change-port');
  const responsePort = attribute(message, 'RESPONSE-PORT');
  if (responsePort !== undefined) words.push(`response-port ${responsePort}`);
  const mapped = attribute(message, 'XOR-MAPPED-ADDRESS') ?? attribute(message, 'MAPPED-ADDRESS');
  if (mapped) words.push(`mapped ${formatEndpoint(mapped)}`);
  const error = attribute(message, 'ERROR-CODE');
  if (error) words.push(`${error.code} ${error.reason}`);
  return words.join(' ');
}
