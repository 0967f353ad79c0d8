/** The result of a lab file: what ends well by three ways, one pair that does not, and what a hostile program says. */
import {
  type ExpectedCell,
  type OutputLine,
  RUN_SCHEMA,
  type RunCell,
  type RunResult,
  type SideEnd,
  type Try,
} from '../../../lab/results/run-result.ts';
import type { Ladder, LadderStep } from '../../../lab/witness/ladder.ts';
import type { PathSeen } from '../../../lab/witness/path-seen.ts';

const ESC = String.fromCharCode(0x1b);

/** What a program may say to break whatever shows it. */
export const HOSTILE_TEXT = `${ESC}[31m</pre><script>alert("1")</script> & \`\`\` | ]]> \u202egnp`;

export function line(atMs: number, text: string, stream: OutputLine['stream'] = 'stdout'): OutputLine {
  return { atMs, stream, text };
}

export function side(name: string, output: readonly OutputLine[], exitCode: number | null = null): SideEnd {
  return { name, exitCode, output };
}

const NOTHING = { fromA: 0, fromB: 0 };

export const DIRECT_PATH: PathSeen = {
  kind: 'direct',
  via: [],
  carriedPayload: true,
  changes: [
    { atMs: 412, kind: 'relayed' },
    { atMs: 1204, kind: 'direct' },
  ],
  bytes: { direct: { fromA: 104_300, fromB: 2_210 }, relayed: { fromA: 860, fromB: 790 } },
  evidence: 'the counters of both routers, and 84 packets of which both saw the same',
};

export const RELAYED_PATH: PathSeen = {
  kind: 'relayed',
  via: ['lighthouse'],
  carriedPayload: true,
  changes: [{ atMs: 480, kind: 'relayed' }],
  bytes: { direct: NOTHING, relayed: { fromA: 90_000, fromB: 1_200_000 } },
  evidence: 'what both sent to lighthouse, and had from it',
};

export const NO_PATH: PathSeen = {
  kind: 'none',
  via: [],
  carriedPayload: false,
  changes: [],
  bytes: { direct: NOTHING, relayed: NOTHING },
  evidence: 'no packet of one side left the router of the other toward it',
};

const HOSTS = ['a', "a's router", 'lighthouse', "b's router", 'b'];
const A = { address: '203.0.113.101', port: 4242 };
const B = { address: '203.0.113.102', port: 4242 };

export function step(atMs: number, rest: Partial<LadderStep> = {}): LadderStep {
  const given = { from: 'a', to: 'b', protocol: 'udp', bytes: 96, what: 'UDP', source: A, destination: B } as const;
  return { atMs, dropped: null, ...given, ...rest };
}

const BACK = { from: 'b', to: 'a', source: B, destination: A } as const;

/** Both sides send; what comes first is dropped at each router, until one comes in after the other has gone out. */
export const LADDER: Ladder = {
  hosts: HOSTS,
  steps: [
    step(12, { to: 'lighthouse', bytes: 148, what: 'nebula handshake' }),
    step(14, { from: 'lighthouse', to: 'a', bytes: 180, what: 'nebula handshake' }),
    step(210, { dropped: { at: "b's router", why: 'no mapping' } }),
    step(220, { ...BACK, dropped: { at: "a's router", why: 'another source than was sent to' } }),
    ...Array.from({ length: 6 }, (_, index) => step(300 + 100 * index, { bytes: 40 + index })),
    ...Array.from({ length: 4 }, (_, index) => [
      step(1000 + 200 * index, { what: 'STUN Binding request', bytes: 20 }),
      step(1010 + 200 * index, { ...BACK, what: 'STUN Binding success response', bytes: 32 }),
    ]).flat(),
    step(2000, BACK),
  ],
  omitted: 7,
};

export function tryOf(rest: Partial<Try> = {}): Try {
  return {
    outcome: 'direct',
    isAsExpected: true,
    reason: null,
    ms: 116.966,
    path: { ...DIRECT_PATH, changes: [{ atMs: 98, kind: 'direct' }] },
    ladder: LADDER,
    sides: [
      side('a', [line(3, 'starting'), line(116.4, 'connected to b')], 0),
      side('b', [line(4, 'starting'), line(9, 'using defaults', 'stderr'), line(110, 'connected to a')]),
    ],
    faults: [],
    ...rest,
  };
}

export const LOST_TRY: Try = tryOf({
  outcome: 'none',
  isAsExpected: false,
  reason: 'no line of b matched /connected/ within 30 s',
  ms: null,
  path: NO_PATH,
  sides: [
    side('a', [line(3, 'starting'), line(4000, HOSTILE_TEXT, 'stderr')]),
    side(
      'b',
      Array.from({ length: 25 }, (_, index) => line(1000 * index, `try ${index + 1}`)),
      1,
    ),
    side('lighthouse', []),
  ],
  faults: [
    { atMs: 3004.2, what: "b's router forgets all mappings" },
    { atMs: null, what: 'lighthouse is killed: b did not print /up/ in time' },
  ],
});

const DIRECT: ExpectedCell = { outcome: 'direct', why: 'by simultaneous opening' };

export function cellOf(
  [a, b]: readonly [string, string],
  tries: RunCell['tries'],
  expected: ExpectedCell = DIRECT,
): RunCell {
  return { a, b, expected, isAsExpected: tries.every(({ isAsExpected }) => isAsExpected), tries };
}

const CELLS: readonly RunCell[] = [
  cellOf(['full-cone', 'full-cone'], [tryOf()]),
  cellOf(['full-cone', 'symmetric'], [LOST_TRY]),
  cellOf(['symmetric', 'full-cone'], [tryOf({ ms: 12_345, path: DIRECT_PATH })]),
  cellOf(['symmetric', 'symmetric'], [tryOf({ outcome: 'relayed', ms: 530, path: RELAYED_PATH })], {
    outcome: 'any-path',
    why: 'as the lab file says',
  }),
];

export function runOf(cells: readonly RunCell[], rest: Partial<RunResult> = {}): RunResult {
  const names = ['full-cone', 'symmetric'];
  return {
    schema: RUN_SCHEMA,
    name: 'nebula',
    rows: names,
    columns: names,
    isAsExpected: cells.every(({ isAsExpected }) => isAsExpected),
    pairs: 4,
    isComplete: true,
    elapsedMs: 74_012,
    cells,
    ...rest,
  };
}

export const RUN = runOf(CELLS);
