/**
 * Captures what passes a router, from its start until it is disposed; what lies between two marks is recorded for whoever
 * watches. One capture serves all tries: to start one takes longer than many a try.
 */
import { createPcapReader, PcapError } from '../../witness/capture/pcap.ts';
import type { LabContainer } from '../container/container.ts';
import { NAT64_PREFIX } from '../router/nat64.ts';
import { once } from '../waiting.ts';
import { createRecorder, type Marks, type Recorder, type Recording } from './recorder.ts';

export interface RouterCapture extends AsyncDisposable {
  readonly links: RouterLinks;
  /** Keeps what comes between two marks, which are yet to be sent. */
  record(marks: Marks): Recording;
}

/** The numbers of its interfaces, and its addresses on the inner one. */
export interface RouterLinks {
  readonly wan: number;
  readonly lan: number;
  readonly lanAddresses: readonly string[];
}

export interface CaptureOptions {
  /** Whether packets are kept as they are, for a file, and not their beginnings alone. */
  readonly isWhole: boolean;
}

const READY_TIMEOUT_MS = 10_000;
/** Lines of its stderr that are kept. */
const SAID_MAX = 50;
/** Link, IPv6 and TCP headers, and 200 bytes of payload. */
const BEGINNING_BYTES = 320;
/** Every packet that fits the links of a lab; segments that the kernel has not cut yet are longer. */
const WHOLE_BYTES = 2048;
/** The kernel's buffer, in KiB. */
const BUFFER_KIB = 4096;
/** Neighbour discovery stays out (RFC 4861: types 133 to 137), and what is on its way to be translated from IPv6 or has just been to it. */
const FILTER = `(udp or tcp or icmp or (icmp6 and ip6[40] < 133)) and not net ${NAT64_PREFIX}`;

/** It says which links there are before it captures. */
const SCRIPT = `for link in wan lan; do
  echo "link $link $(cat /sys/class/net/$link/ifindex)" >&2
done
ip -o addr show dev lan | awk '{ sub("/.*", "", $4); print "lan address " $4 }' >&2
exec tcpdump -i any -y LINUX_SLL2 --immediate-mode -U -n -s "$1" -B "$2" -w - "$3"`;

/** @throws Error when the router cannot capture. */
export async function startCapture(router: LabContainer, { isWhole }: CaptureOptions): Promise<RouterCapture> {
  const length = isWhole ? WHOLE_BYTES : BEGINNING_BYTES;
  const said: string[] = [];
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const { heard, record, end } = createRecorders({ isWhole });
  const program = await router.startBytes(['sh', '-c', SCRIPT, 'sh', `${length}`, `${BUFFER_KIB}`, FILTER], {
    heard,
    said: (line) => {
      if (said.length < SAID_MAX) said.push(line);
      if (line.includes('listening on')) resolve();
    },
  });
  const fail = (): void => reject(new Error(`${router.name} does not capture: ${said.join('; ')}`));
  program.ended.then(end).then(fail);
  const late = setTimeout(fail, READY_TIMEOUT_MS);
  try {
    await ready;
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  } finally {
    clearTimeout(late);
  }
  return { links: linksOf(said), record, [Symbol.asyncDispose]: once(() => program[Symbol.asyncDispose]()) };
}

interface Recorders {
  readonly heard: (bytes: Uint8Array) => void;
  readonly record: (marks: Marks) => Recording;
  /** Nothing more will come. */
  readonly end: () => void;
}

/** Reads the capture as it comes, for all who record. What is none ends it. */
function createRecorders({ isWhole }: CaptureOptions): Recorders {
  const recorders = new Set<Recorder>();
  const reader = createPcapReader();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    for (const recorder of recorders) recorder.stop();
  };
  const heard = (bytes: Uint8Array): void => {
    if (isOver) return;
    try {
      for (const taken of reader.read(bytes)) for (const recorder of recorders) recorder.take(taken);
    } catch (error) {
      if (!(error instanceof PcapError)) throw error;
      end();
    }
  };
  const record = (marks: Marks): Recording => {
    const recorder = createRecorder(marks, { isWhole, header: () => reader.header() ?? new Uint8Array() });
    recorders.add(recorder);
    recorder.ended.then(() => recorders.delete(recorder));
    if (isOver) recorder.stop();
    return recorder;
  };
  return { heard, record, end };
}

function linksOf(said: readonly string[]): RouterLinks {
  const numberOf = (link: string): number => {
    const line = said.find((one) => one.startsWith(`link ${link} `));
    return Number(line?.split(' ')[2]);
  };
  const prefix = 'lan address ';
  const lanAddresses = said.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length).trim());
  return { wan: numberOf('wan'), lan: numberOf('lan'), lanAddresses };
}
