import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPcapReader, PcapError } from '../../../../lab/witness/capture/pcap.ts';
import { readPacket } from '../../../../lab/witness/capture/read-packet.ts';
import { fileHeader, frame, record } from './frames.ts';

const PACKETS = [0, 1, 2].map((index) =>
  frame({ source: '192.0.2.1:4000', destination: '192.0.2.2:5000', payload: `packet ${index}` }),
);
const FILE = Buffer.concat([fileHeader(), ...PACKETS.map((bytes, index) => record(1000.5 + index, bytes))]);

it('each packet of a capture has its time, wherever the bytes are cut as they come', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(FILE.length), { maxLength: 10 }), (cuts) => {
      const reader = createPcapReader();
      const at = [0, ...cuts.toSorted((one, other) => one - other), FILE.length];
      const records = at.flatMap((from, index) => [...reader.read(FILE.subarray(from, at[index + 1]))]);
      expect(records.map(({ at: time, bytes }) => [time, Buffer.from(bytes)])).toEqual(
        PACKETS.map((bytes, index) => [1000.5 + index, bytes]),
      );
      expect(reader.header()).toEqual(new Uint8Array(fileHeader()));
    }),
  );
});

it('the parts of a capture are the capture again, for a file', () => {
  const reader = createPcapReader();
  const records = reader.read(FILE);
  expect(Buffer.concat([reader.header() ?? Buffer.alloc(0), ...records.map(({ raw }) => raw)])).toEqual(FILE);
});

it('what is no capture, one of another link type, and a packet longer than there is, are refused', () => {
  expect(() => createPcapReader().read(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow(PcapError);
  const ethernet = Buffer.from(FILE);
  ethernet.writeUInt32LE(1, 20);
  expect(() => createPcapReader().read(ethernet)).toThrow('a capture of link type 1');
  const endless = Buffer.from(FILE);
  endless.writeUInt32LE(0xffffffff, 24 + 8);
  expect(() => createPcapReader().read(endless)).toThrow(PcapError);
});

it('hostile bytes end in packets or in a PcapError, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), fc.boolean(), (chunks, hasHeader) => {
      const reader = createPcapReader();
      try {
        if (hasHeader) reader.read(fileHeader());
        for (const chunk of chunks) for (const one of reader.read(chunk)) readPacket(one);
      } catch (error) {
        expect(error).toBeInstanceOf(PcapError);
      }
    }),
  );
});
