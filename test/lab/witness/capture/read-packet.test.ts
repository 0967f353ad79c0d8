import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutNat64 } from '../../../../lab/witness/capture/nat64.ts';
import { isBinding, packetWords } from '../../../../lab/witness/capture/packet-words.ts';
import { readPacket } from '../../../../lab/witness/capture/read-packet.ts';
import { frame } from './frames.ts';

const [A, B] = ['10.0.0.2:4000', '192.0.2.2:5000'];
const read = (bytes: Uint8Array) => readPacket({ at: 5, bytes, raw: bytes });

it('a datagram has its endpoints, its way, and its payload', () => {
  expect(
    read(frame({ link: 7, direction: 'out', source: A, destination: B, payload: 'hello', hops: 3, id: 9 })),
  ).toEqual({
    at: 5,
    link: 7,
    direction: 'out',
    protocol: 'udp',
    source: { address: '10.0.0.2', port: 4000 },
    destination: { address: '192.0.2.2', port: 5000 },
    hops: 3,
    bytes: 33,
    payloadBytes: 5,
    payload: Buffer.from('hello'),
    mark: '',
    tcpFlags: 0,
    icmpType: null,
  });
});

it('what was cut off by the capture is counted as payload, by the word of the header', () => {
  const whole = frame({ source: A, destination: B, payload: 'x'.repeat(1000) });
  const packet = read(whole.subarray(0, 100));
  expect([packet?.payloadBytes, packet?.payload.length, packet?.bytes]).toEqual([1000, 52, 1028]);
});

it('a datagram over IPv6 is read as well, also behind an extension header', () => {
  const ip = Buffer.alloc(40);
  ip[0] = 0x60;
  ip.writeUInt16BE(8 + 8 + 2, 4);
  ip[7] = 64;
  ip.set([0x20, 0x01, 0x0d, 0xb8], 8);
  ip.set([0x20, 0x01, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1], 24);
  ip[6] = 60; // Destination options, then UDP.
  const sll = Buffer.alloc(20);
  sll.writeUInt16BE(0x86dd, 0);
  const bytes = Buffer.concat([sll, ip, Buffer.from([17, 0, 1, 4, 0, 0, 0, 0, 0, 7, 0, 8, 0, 10, 0, 0, 0x68, 0x69])]);
  expect(read(bytes)).toMatchObject({
    protocol: 'udp',
    source: { address: '2001:db8::', port: 7 },
    destination: { address: '2001:db8::1', port: 8 },
    payloadBytes: 2,
    payload: Buffer.from('hi'),
  });
});

it('an IPv4 host that is seen by NAT64 has its own address, as on the other side of that', () => {
  expect(['64:ff9b::c000:202', '64:ff9b:1::c000:202', '2001:db8::1', '192.0.2.2'].map(withoutNat64)).toEqual([
    '192.0.2.2',
    '64:ff9b:1::c000:202',
    '2001:db8::1',
    '192.0.2.2',
  ]);
});

it('what is for somebody else on the link is none', () => {
  expect(read(frame({ source: A, destination: B, direction: 'others' }))).toBeNull();
});

it('is told by its first bytes', () => {
  const words = (payload: Uint8Array | string, tcpFlags?: number): string => {
    const packet = read(frame({ source: A, destination: B, payload, ...(tcpFlags !== undefined && { tcpFlags }) }));
    return packet === null ? 'none' : packetWords(packet);
  };
  const stun = (type: number): Buffer => {
    const bytes = Buffer.alloc(20);
    bytes.writeUInt16BE(type, 0);
    bytes.writeUInt32BE(0x2112a442, 4);
    return bytes;
  };
  expect([words(stun(0x0001)), words(stun(0x0101)), words(stun(0x0113)), words(stun(0x0016))]).toEqual([
    'STUN Binding request',
    'STUN Binding success response',
    'TURN Allocate error response',
    'TURN Send indication',
  ]);
  expect(words(Buffer.from([0x40, 0, 0, 4, 1, 2, 3, 4]))).toBe('TURN channel data');
  expect(words('M-SEARCH * HTTP/1.1')).toBe('UDP');
  expect(words(Buffer.from([1, ...Array<number>(147).fill(0)]))).toBe('WireGuard handshake');
  expect([words('', 0x02), words('', 0x12), words('', 0x10), words('', 0x11), words('x', 0x18)]).toEqual([
    'TCP SYN',
    'TCP SYN ACK',
    'TCP ACK',
    'TCP FIN',
    'TCP data',
  ]);
  expect([words('GET / HTTP/1.1', 0x18), words(Buffer.from([22, 3, 1]), 0x18)]).toEqual([
    'HTTP request',
    'TLS handshake',
  ]);
});

it('a check of a path is one within what a relay is to pass on, too', () => {
  const binding = Buffer.alloc(20);
  binding.writeUInt16BE(1, 0);
  binding.writeUInt32BE(0x2112a442, 4);
  const send = Buffer.concat([binding, Buffer.from([0x00, 0x13, 0, 20]), binding]);
  send.writeUInt16BE(0x0016, 0);
  const is = (payload: Uint8Array): boolean => {
    const packet = read(frame({ source: A, destination: B, payload }));
    return packet !== null && isBinding(packet);
  };
  expect([is(binding), is(Buffer.concat([Buffer.from([0x40, 1, 0, 20]), binding])), is(send)]).toEqual([
    true,
    true,
    true,
  ]);
  expect([is(send.subarray(0, 24)), is(Buffer.from('payload of somebody'))]).toEqual([false, false]);
});

it('whatever is cut off or changed in it, nothing is thrown', () => {
  const whole = frame({ source: A, destination: B, payload: 'x'.repeat(64), tcpFlags: 0x18 });
  fc.assert(
    fc.property(fc.nat(whole.length), fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))), (length, changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      const packet = read(bytes.subarray(0, length));
      if (packet === null) return;
      expect(packet.payload.length).toBeLessThanOrEqual(length);
      expect(packetWords(packet).length).toBeLessThan(60);
      isBinding(packet);
    }),
  );
});
