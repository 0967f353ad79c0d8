/** Packets as a router captures them: link, IP and transport headers around a payload. */

export interface FrameOptions {
  readonly at?: number;
  readonly link?: number;
  readonly direction?: 'in' | 'out' | 'others';
  /** As `192.0.2.1:4000`. */
  readonly source: string;
  readonly destination: string;
  readonly payload?: Uint8Array | string;
  readonly hops?: number;
  readonly id?: number;
  /** UDP if it is left out. */
  readonly tcpFlags?: number;
}

export function fileHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(320, 16);
  header.writeUInt32LE(276, 20);
  return header;
}

export function record(at: number, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(Math.floor(at / 1000), 0);
  header.writeUInt32LE(Math.round((at % 1000) * 1000), 4);
  header.writeUInt32LE(bytes.length, 8);
  header.writeUInt32LE(bytes.length, 12);
  return Buffer.concat([header, bytes]);
}

/** LINUX_SLL2, IPv4 and UDP or TCP. */
export function frame(options: FrameOptions): Buffer {
  const { link = 1, direction = 'in', source, destination, payload = '', hops = 64, id = 0, tcpFlags } = options;
  const body = Buffer.concat([transport(source, destination, { payload: Buffer.from(payload), tcpFlags })]);
  const sll = Buffer.alloc(20);
  sll.writeUInt16BE(0x0800, 0);
  sll.writeUInt32BE(link, 4);
  sll[10] = { in: 0, out: 4, others: 3 }[direction];
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + body.length, 2);
  ip.writeUInt16BE(id, 4);
  ip[8] = hops;
  ip[9] = tcpFlags === undefined ? 17 : 6;
  ip.set(addressOf(source), 12);
  ip.set(addressOf(destination), 16);
  return Buffer.concat([sll, ip, body]);
}

interface Carried {
  readonly payload: Buffer;
  readonly tcpFlags: number | undefined;
}

function transport(source: string, destination: string, { payload, tcpFlags }: Carried): Buffer {
  const header = Buffer.alloc(tcpFlags === undefined ? 8 : 20);
  header.writeUInt16BE(portOf(source), 0);
  header.writeUInt16BE(portOf(destination), 2);
  if (tcpFlags === undefined) {
    header.writeUInt16BE(8 + payload.length, 4);
  } else {
    header[12] = 0x50;
    header[13] = tcpFlags;
  }
  return Buffer.concat([header, payload]);
}

const addressOf = (endpoint: string): readonly number[] => (endpoint.split(':')[0] ?? '').split('.').map(Number);
const portOf = (endpoint: string): number => Number(endpoint.split(':')[1]);
