/** Keeps what one router captures between two marks: datagrams that it sends to itself. */
import type { Packet } from '../../witness/capture/packet.ts';
import type { PcapRecord } from '../../witness/capture/pcap.ts';
import { readPacket } from '../../witness/capture/read-packet.ts';

export interface Marks {
  readonly begin: string;
  readonly end: string;
}

export interface Recording {
  /** When the first mark came by; null if it did not. */
  readonly begun: Promise<Begun | null>;
  /** Resolves when the second mark has come by, or will not come any more. */
  readonly ended: Promise<void>;
  readonly packets: readonly Packet[];
  /** How many more there were than are kept. */
  missed(): number;
  /** All of it as a pcap file; without packets unless they are kept whole. */
  pcap(): Uint8Array;
  /** Waits no longer. */
  stop(): void;
}

export interface Begun {
  /** By the router's clock, in milliseconds since 1970. */
  readonly at: number;
  /** By `performance.now()` of this process. */
  readonly heardAt: number;
}

export interface Recorder extends Recording {
  take(record: PcapRecord): void;
}

export interface RecorderOptions {
  /** Whether packets are kept as they are, for a file. */
  readonly isWhole: boolean;
  /** That of the file. */
  readonly header: () => Uint8Array;
}

/** Nobody listens there (RFC 863), and nothing of it leaves the router. */
const MARK_PORT = 9;
const MARK_ADDRESS = '127.0.0.1';
/** Of one router between two marks: enough for minutes of most programs. */
const PACKETS_MAX = 20_000;
const FILE_BYTES_MAX = 20_000_000;

/** A command of bash that sends a mark. */
export function sendMark(mark: string): string {
  return `printf %s '${mark}' >/dev/udp/${MARK_ADDRESS}/${MARK_PORT}`;
}

export function createRecorder(marks: Marks, { isWhole, header }: RecorderOptions): Recorder {
  const [begun, ended] = [Promise.withResolvers<Begun | null>(), Promise.withResolvers<void>()];
  const packets: Packet[] = [];
  const raw: Uint8Array[] = [];
  let [isRecording, missed, fileBytes] = [false, 0, 0];
  const keep = (packet: Packet, record: PcapRecord): void => {
    if (packets.length < PACKETS_MAX) packets.push(packet);
    else missed += 1;
    if (!isWhole || fileBytes + record.raw.length > FILE_BYTES_MAX) return;
    fileBytes += record.raw.length;
    raw.push(record.raw);
  };
  const stop = (): void => {
    isRecording = false;
    begun.resolve(null);
    ended.resolve();
  };
  const take = (record: PcapRecord): void => {
    const packet = readPacket(record);
    if (packet === null) return;
    const mark = markOf(packet);
    if (mark === marks.begin && !isRecording) {
      isRecording = true;
      begun.resolve({ at: packet.at, heardAt: performance.now() });
    } else if (mark === marks.end) stop();
    else if (mark === null && isRecording) keep(packet, record);
  };
  return {
    begun: begun.promise,
    ended: ended.promise,
    packets,
    missed: () => missed,
    pcap: () => Buffer.concat([header(), ...raw]),
    stop,
    take,
  };
}

/** Null for what is none. */
function markOf({ destination: { address, port }, payload }: Packet): string | null {
  return port === MARK_PORT && address === MARK_ADDRESS ? String.fromCharCode(...payload) : null;
}
