/** Why a punch opens no path: the tables of docs/punch.md. Each sentence is what natcheck itself says of an example. */
import { candidatePriority } from '../../src/ice/candidates/priority.ts';
import { planIntroduced } from '../../src/punch/attempt/plan.ts';
import { CAUSES, type Cause } from '../../src/punch/report/causes.ts';
import type { NoPathFacts } from '../../src/punch/report/facts.ts';
import { explainPathLost } from '../../src/punch/report/measured.ts';
import { explainLost } from '../../src/punch/report/no-path.ts';
import { NOT_MET } from '../../src/punch/report/not-met.ts';
import { PUNCH_FAILURES, type PunchFailure } from '../../src/punch/report/report.ts';
import { createPresence, explainAbsence, type Presence } from '../../src/rendezvous/introduction/presence.ts';
import type { ToldBehavior } from '../../src/rendezvous/protocol/fields.ts';
import { markdownTable } from './table.ts';

const BOB = { address: '198.51.100.2', port: 6000 };
const OWN = { address: '203.0.113.7', port: 40_000 };
const STRICT: ToldBehavior = { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' };
const MOVING: ToldBehavior = { mapping: 'address-and-port-dependent', filtering: 'address-and-port-dependent' };
const RANDOM: ToldBehavior = { ...MOVING, allocation: { kind: 'random', step: null, range: null } };
const COUNTING: ToldBehavior = { ...MOVING, allocation: { kind: 'sequential', step: 1, range: null } };
const UNKNOWN: ToldBehavior = { mapping: 'undetermined', filtering: 'undetermined' };
const RELAY = `candidate:1 1 udp ${candidatePriority('relay')} 203.0.113.10 50000 typ relay`;
const MAPPED = `candidate:2 1 udp ${candidatePriority('srflx')} 198.51.100.2 7000 typ srflx`;

interface Example {
  readonly facts?: Partial<NoPathFacts>;
  readonly introduction?: Partial<NoPathFacts['introduction']>;
  /** What alice has told of her NAT. */
  readonly own?: ToldBehavior;
}

/** What makes alice's failure to reach bob one of each cause. */
const EXAMPLES: Readonly<Record<string, Example>> = {
  'no-way-out': { facts: { reason: 'no-local-candidates' } },
  'send-refused': { facts: { reason: 'send-refused', refusals: [{ by: 'system', code: 'EPERM' }] } },
  'no-common-family': { introduction: { endpoint: { address: '2001:db8::7', port: 6000 } } },
  'refused-by-peer': { facts: { reason: 'refused-by-peer' } },
  'router-restarted': { facts: { moved: { own: false, peer: true } } },
  'not-nominated': { facts: { isAnswered: true } },
  'not-answered': { facts: { isHeard: true } },
  'ports-untold': { introduction: { behavior: COUNTING } },
  'nowhere-to-send': {
    facts: { reason: 'no-remote-candidates' },
    introduction: { endpoint: { address: '10.9.9.9', port: 6000 } },
  },
  'needs-relay': { own: RANDOM, introduction: { behavior: RANDOM, candidates: [RELAY] } },
  'no-hairpinning': { introduction: { endpoint: { ...OWN, port: 6000 } } },
  'mapped-port-silent': { introduction: { candidates: [MAPPED] } },
  'birthday-missed': { introduction: { behavior: RANDOM } },
  'prediction-missed': { facts: { ports: { told: 0, heard: 16 } }, introduction: { behavior: COUNTING } },
  'nat-unknown': { introduction: { behavior: UNKNOWN } },
  firewall: {},
  unknown: { own: RANDOM, introduction: { behavior: { mapping: 'none', filtering: 'none' } } },
};

export function noPathCauses(): string {
  const columns = [{ head: 'what was seen, the first that fits' }, { head: 'what `detail` says of it, for example' }];
  return markdownTable(columns, [
    ...CAUSES.map((cause) => [cause.seen, sentenceOf(cause)]),
    ['the peer was lost after each of three introductions', explainLost('bob')],
    ['there was a path, and it is lost (`path-lost`)', explainPathLost({ probes: 20, lost: 12, unanswered: 12 })],
  ]);
}

/** @throws Error if the example is one of another cause. */
function sentenceOf({ name, sentence }: Cause): string {
  const facts = factsOf(EXAMPLES[name] ?? {});
  const first = CAUSES.find(({ isIt }) => isIt(facts))?.name;
  if (first !== name) throw new Error(`the example of ${name} is one of ${first}`);
  return sentence(facts);
}

function factsOf({ facts = {}, introduction: other = {}, own: behavior = STRICT }: Example): NoPathFacts {
  const introduction: NoPathFacts['introduction'] = {
    type: 'introduction',
    ...{ peer: 'bob', endpoint: BOB, candidates: [], behavior: STRICT, own: OWN, key: 'k'.repeat(43), startInMs: 0 },
    role: 'controlling',
    ...other,
  };
  const told = { candidates: [], behavior };
  const plan = planIntroduced(introduction, { id: 'alice', ...told, isDirect: true, server: '203.0.113.10' });
  const moved = { own: false, peer: false };
  const evidence = { isHeard: false, isAnswered: false, moved, ports: { told: 0, heard: 0 }, refusals: [] };
  return {
    id: 'alice',
    mode: 'any',
    undetected: null,
    plan,
    introduction,
    told,
    reason: 'no-answer',
    ...evidence,
    ...facts,
  };
}

/** What was seen of the peer, for each way in which it has not come. */
const ABSENCES: readonly (readonly [string, Partial<Record<keyof Presence, readonly string[]>>])[] = [
  ['it asked, but no Binding of its socket came', { here: ['bob'], asking: ['bob'] }],
  ['it was there, and asked for nobody, or for others', { here: ['bob'] }],
  ['it was there, and left', { left: ['bob'] }],
  ['it was never there', {}],
];

export function notMetCauses(): string {
  const columns = [{ head: '`reason`' }, { head: 'what was seen' }, { head: 'what `detail` says of it, for example' }];
  const absent = ABSENCES.map(([seen, ids]) => {
    const presence = createPresence();
    for (const kind of ['here', 'asking', 'left'] as const) for (const id of ids[kind] ?? []) presence[kind].add(id);
    return ['`no-peer`', seen, explainAbsence(presence, { id: 'bob', waitMs: 60_000, hasCode: false })];
  });
  const others = Object.entries(NOT_MET).map(([reason, sentence]) => [
    `\`${reason}\``,
    PUNCH_FAILURES[reason as PunchFailure],
    sentence('stun.example.org'),
  ]);
  return markdownTable(columns, [...absent, ...others]);
}
