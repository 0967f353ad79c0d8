/** Takes a capture apart into its packets, as it comes: the file format of libpcap (draft-ietf-opsawg-pcap). */

/** Link type of a capture on all interfaces, the one that is read: LINUX_SLL2 (tcpdump.org/linktypes). */
const SLL2 = 276;

/*
 *   0               4       6       8              16              20              24
 *   +---------------+-------+-------+------- … ----+---------------+---------------+
 *   | magic         | major | minor | reserved     | snap length   | link type     |   once
 *   +---------------+-------+-------+------- … ----+---------------+---------------+
 *   | seconds       | micro- or ns  | captured     | original      | captured bytes …   each packet, from offset 0
 *   +---------------+---------------+--------------+---------------+
 */
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** What libpcap itself refuses to read more of in one packet (MAXIMUM_SNAPLEN). */
const PACKET_BYTES_MAX = 262_144;

export interface PcapRecord {
  /** In milliseconds since 1970, by the clock of who has captured it. */
  readonly at: number;
  /** What was captured of the packet: its beginning. */
  readonly bytes: Uint8Array;
  /** The same with the header of its record, as it is written to a file. */
  readonly raw: Uint8Array;
}

export interface PcapReader {
  /** Takes the next bytes. @throws PcapError when they are no capture; nothing more can be read then. */
  read(bytes: Uint8Array): readonly PcapRecord[];
  /** The header of the file, as it is; null until it is there. */
  header(): Uint8Array | null;
}

/** Bytes that are not those of a capture. */
export class PcapError extends Error {
  override readonly name = 'PcapError';
}

interface Format {
  readonly raw: Uint8Array;
  readonly littleEndian: boolean;
  /** How many parts a millisecond has in the second word of a time. */
  readonly partsPerMs: number;
}

/** Holds no more than one packet that is not there as a whole yet. */
export function createPcapReader(): PcapReader {
  let rest: Uint8Array = new Uint8Array();
  let format: Format | null = null;
  return {
    header: () => format?.raw ?? null,
    read: (bytes) => {
      const all = rest.length === 0 ? bytes : joined(rest, bytes);
      let from = 0;
      if (format === null) {
        rest = all;
        if (all.length < FILE_HEADER_BYTES) return [];
        format = formatOf(new Uint8Array(all.subarray(0, FILE_HEADER_BYTES)));
        from = FILE_HEADER_BYTES;
      }
      const { records, end } = recordsOf(all, { from, format });
      // A copy, so that what was read is not held for what is left of it.
      rest = new Uint8Array(all.subarray(end));
      return records;
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function formatOf(raw: Uint8Array): Format {
  const view = viewOf(raw);
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian);
    if (magic !== MAGIC_MICROSECONDS && magic !== MAGIC_NANOSECONDS) continue;
    const partsPerMs = magic === MAGIC_NANOSECONDS ? 1_000_000 : 1000;
    const linkType = view.getUint32(20, littleEndian) & 0xffff;
    if (linkType !== SLL2) throw new PcapError(`a capture of link type ${linkType}`);
    return { raw, littleEndian, partsPerMs };
  }
  throw new PcapError('this is no capture');
}

interface Reading {
  readonly from: number;
  readonly format: Format;
}

function recordsOf(
  bytes: Uint8Array,
  { from, format: { littleEndian, partsPerMs } }: Reading,
): { readonly records: readonly PcapRecord[]; readonly end: number } {
  const view = viewOf(bytes);
  const records: PcapRecord[] = [];
  let at = from;
  while (bytes.length - at >= RECORD_HEADER_BYTES) {
    const length = view.getUint32(at + 8, littleEndian);
    if (length > PACKET_BYTES_MAX) throw new PcapError(`a packet of ${length} bytes`);
    const end = at + RECORD_HEADER_BYTES + length;
    if (end > bytes.length) break;
    records.push({
      at: view.getUint32(at, littleEndian) * 1000 + view.getUint32(at + 4, littleEndian) / partsPerMs,
      bytes: bytes.subarray(at + RECORD_HEADER_BYTES, end),
      raw: bytes.subarray(at, end),
    });
    at = end;
  }
  return { records, end: at };
}
