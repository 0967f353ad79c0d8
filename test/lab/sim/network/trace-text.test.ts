import { describe, expect, it } from 'vitest';
import type { TraceEntry } from '../../../../lab/sim/network/trace.ts';
import { formatTraceEntry } from '../../../../lab/sim/network/trace-text.ts';
import type { Attribute } from '../../../../src/stun/attribute.ts';
import { encode } from '../../../../src/stun/encode.ts';

const from = { address: '192.168.1.10', port: 40_000 };
const to = { address: '203.0.113.10', port: 3478 };
const ID = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0xca, 0xfe, 0xba, 0xbe);

const udp = (bytes: Uint8Array): TraceEntry['packet'] => ({ protocol: 'udp', from, to, bytes });
const stun = (kind: 'request' | 'success' | 'error', attributes: readonly Attribute[]): TraceEntry['packet'] =>
  udp(encode({ class: kind, method: 1, transactionId: ID, attributes }));
const lineOf = (entry: Pick<TraceEntry, 'packet'>): string =>
  formatTraceEntry({ at: 40, place: 'client', event: 'sent', ...entry });

const START = '     40.0 ms  client                sent        192.168.1.10:40000 > 203.0.113.10:3478  ';

describe('trace text', () => {
  it.each<[TraceEntry['packet'], string]>([
    [stun('request', []), 'request cafebabe'],
    [
      stun('request', [
        { type: 'CHANGE-REQUEST', value: { ip: true, port: true } },
        { type: 'RESPONSE-PORT', value: 5000 },
      ]),
      'request cafebabe change-ip change-port response-port 5000',
    ],
    [stun('success', [{ type: 'XOR-MAPPED-ADDRESS', value: from }]), 'success cafebabe mapped 192.168.1.10:40000'],
    [stun('error', [{ type: 'ERROR-CODE', value: { code: 420, reason: 'Unknown' } }]), 'error cafebabe 420 Unknown'],
    [udp(Uint8Array.of(1, 2, 3)), '3 bytes (truncated)'],
    [{ protocol: 'tcp', segment: 'syn-ack', from, to }, 'TCP syn-ack'],
  ])('says what a packet is: %j', (packet, expected) => {
    expect(lineOf({ packet })).toBe(START + expected);
  });

  it('says what came out of a box, and why a packet was dropped', () => {
    const packet = udp(new Uint8Array());
    const passed: TraceEntry = {
      at: 1234.56,
      place: 'router',
      packet,
      event: 'passed',
      as: { ...packet, from: { address: '198.51.100.1', port: 40_000 } },
    };
    expect(formatTraceEntry(passed)).toBe(
      '   1234.6 ms  router                passed      192.168.1.10:40000 > 203.0.113.10:3478  ' +
        'as 198.51.100.1:40000 > 203.0.113.10:3478  0 bytes (truncated)',
    );
    expect(formatTraceEntry({ at: 1, place: 'router', packet, event: 'dropped', why: 'filtered' })).toBe(
      '      1.0 ms  router                dropped     192.168.1.10:40000 > 203.0.113.10:3478  (filtered)  0 bytes (truncated)',
    );
  });

  it('says what a datagram of another protocol holds, in the words of whoever knows it', () => {
    const describeBytes = (bytes: Uint8Array): string => `a word of ${bytes.length}`;
    const entry = { at: 40, place: 'client', event: 'sent', packet: udp(Uint8Array.of(1, 2)) } as const;
    expect(formatTraceEntry(entry, { describe: describeBytes })).toBe(`${START}a word of 2`);
    const tcp = { ...entry, packet: { protocol: 'tcp', segment: 'syn', from, to } } as const;
    expect(formatTraceEntry(tcp, { describe: describeBytes })).toBe(`${START}TCP syn`);
  });
});
