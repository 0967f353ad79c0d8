/** How the bytes of a pair went, from what its routers captured, held against what they counted. */
import type { Journey } from '../journey/journey.ts';
import type { Parties } from '../journey/parties.ts';
import type { PathChange, PathSeen, Ways } from '../path-seen.ts';
import { OTHER, type Passage, type Passages, passagesOf } from './passage.ts';
import { type PassedOn, passedOn } from './passed-on.ts';
import { MEETING_BYTES, pathOfCounts, type SideCounts } from './path-of-counts.ts';
import { type Arrival, timelineOf } from './timeline.ts';

export interface PathOptions {
  readonly parties: Parties;
  /** Zero of the times, by the routers' clock. */
  readonly startAt: number;
  readonly counts: { readonly a: SideCounts; readonly b: SideCounts };
  /** Bytes of the packets that the sides' own routers were captured to send, either way. */
  readonly capturedBytes: number;
}

/** With less of what was counted, too much may have gone unseen to tell by packets. */
const CAPTURED_SHARE_MIN = 0.7;
/** Of a program that changes all the time. */
const CHANGES_MAX = 100;

/** @param journeys in the order of time. */
export function pathOfPackets(journeys: readonly Journey[], options: PathOptions): PathSeen {
  const { parties, startAt, counts } = options;
  const passages = passagesOf(journeys, parties);
  const relayed = relayedOf(passages);
  const { changes: turns, carriedPayload } = timelineOf(arrivalsOf(passages, relayed));
  const changes = turns
    .slice(0, CHANGES_MAX)
    .map(({ at, kind }): PathChange => ({ kind, atMs: Math.max(0, Math.round((at - startAt) * 10) / 10) }));
  const counted = pathOfCounts(counts.a, counts.b, parties.names);
  const share = capturedShare(options);
  if (share < CAPTURED_SHARE_MIN) {
    return { ...counted, changes, evidence: `${counted.evidence}; only ${Math.round(share * 100)} % was captured` };
  }
  const kind = turns.at(-1)?.kind ?? 'none';
  const passed = [...relayed.a, ...relayed.b];
  return {
    kind,
    via: kind === 'relayed' ? mostFirst(passed) : [],
    carriedPayload,
    changes,
    bytes: { direct: counted.bytes.direct, relayed: { fromA: bytesOf(relayed.a), fromB: bytesOf(relayed.b) } },
    evidence: evidenceOf({ direct: counted.bytes.direct, passed, between: betweenBoth(passages) }),
  };
}

type Both<T> = Readonly<Record<'a' | 'b', T>>;

/** What was passed on of each side's; nothing if it was so one way alone. */
function relayedOf({ sent, received }: Passages): Both<readonly PassedOn[]> {
  const [a, b] = (['a', 'b'] as const).map((from) =>
    passedOn({ sent: sent[from], received: received[OTHER[from]], ownSent: sent[OTHER[from]] }),
  );
  if (!a || !b) return { a: [], b: [] };
  const isMuch = [a, b].some(({ certain, possible }) => bytesOf([...certain, ...possible]) > MEETING_BYTES);
  const all = ({ certain, possible }: typeof a): readonly PassedOn[] =>
    isMuch ? [...certain, ...possible].toSorted((one, other) => one.at - other.at) : certain;
  const relayed = { a: all(a), b: all(b) };
  return relayed.a.length > 0 && relayed.b.length > 0 ? relayed : { a: [], b: [] };
}

function arrivalsOf({ direct }: Passages, relayed: Both<readonly PassedOn[]>): readonly Arrival[] {
  const arrivals = (['a', 'b'] as const).flatMap((from) => [
    ...direct[from].map(({ at, packet }): Arrival => ({ at, packet, kind: 'direct', from })),
    ...relayed[from].map(({ at, packet }): Arrival => ({ at, packet, kind: 'relayed', from })),
  ]);
  return arrivals.toSorted((one, other) => one.at - other.at);
}

function capturedShare({ counts: { a, b }, capturedBytes }: PathOptions): number {
  const each = [a.sent, a.received, b.sent, b.received].flatMap((bytes) => [...bytes.values()]);
  const counted = each.reduce((sum, bytes) => sum + bytes, 0);
  return counted <= capturedBytes ? 1 : capturedBytes / counted;
}

/** Those that both sides had to do with. */
function betweenBoth({ sent, received }: Passages): readonly string[] {
  const hostsOf = (side: 'a' | 'b'): Set<string> => new Set([...sent[side], ...received[side]].map(({ host }) => host));
  const other = hostsOf('b');
  return [...hostsOf('a')].filter((host) => other.has(host));
}

interface Evidence {
  readonly direct: Ways;
  readonly passed: readonly PassedOn[];
  readonly between: readonly string[];
}

function evidenceOf({ direct, passed, between }: Evidence): string {
  const first = `the routers let through ${direct.fromA + direct.fromB} bytes between the two`;
  if (passed.length > 0) {
    return `${first}, and ${bytesOf(passed)} that ${mostFirst(passed).join(' and ')} passed on from one to the other`;
  }
  if (between.length === 0) return `${first}, and the two had to do with no third`;
  return `${first}; both had to do with ${between.join(' and ')}, from where nothing of one was seen to come out to the other`;
}

function bytesOf(passed: readonly Pick<Passage, 'packet'>[]): number {
  return passed.reduce((bytes, { packet }) => bytes + packet.bytes, 0);
}

/** Those who passed something on, the one that passed most on first. */
function mostFirst(passed: readonly PassedOn[]): readonly string[] {
  const bytes = new Map<string, number>();
  for (const { packet, through } of passed) {
    for (const host of through) bytes.set(host, (bytes.get(host) ?? 0) + packet.bytes);
  }
  return [...bytes].toSorted(([, one], [, other]) => other - one).map(([host]) => host);
}
