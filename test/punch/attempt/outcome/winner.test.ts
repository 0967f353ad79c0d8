/** The name of the technique that opened a path: what was seen of the path counts, and not the plan. */
import { expect, it } from 'vitest';
import type { CandidateType, LocalCandidate } from '../../../../src/ice/candidates/candidate.ts';
import type { PairReport } from '../../../../src/ice/checklist/pair.ts';
import { PUNCH_SOCKET, SECOND_SOCKET } from '../../../../src/punch/attempt/candidates/candidate-agent.ts';
import { endpointsInUse, isThroughRelay } from '../../../../src/punch/attempt/outcome/endpoints-in-use.ts';
import { wonBy } from '../../../../src/punch/attempt/outcome/winner.ts';
import { createWork, hasMade, noteProbe } from '../../../../src/punch/attempt/outcome/work.ts';

const BASE = { address: '192.168.1.7', port: 5000 };
const SEEN = { address: '203.0.113.7', port: 40_000 };
const MAPPED = { address: '203.0.113.7', port: 5000 };
const REMOTE = { address: '198.51.100.2', port: 6000 };

function pairOf(options: {
  readonly socket?: string;
  readonly local?: { readonly type: CandidateType; readonly endpoint: typeof BASE };
  readonly remote?: { readonly type: CandidateType; readonly endpoint: typeof BASE };
}): PairReport {
  const { socket = PUNCH_SOCKET } = options;
  const { local = { type: 'srflx', endpoint: SEEN }, remote = { type: 'srflx', endpoint: REMOTE } } = options;
  const rest = { foundation: '1', priority: 1, related: null };
  const candidate: LocalCandidate = { ...rest, ...local, socket, base: BASE, localPreference: 1 };
  return { socket, local: candidate, remote: { ...rest, ...remote } };
}

const OVER_IPV6 = {
  local: { type: 'prflx', endpoint: { address: '2001:db8::7', port: 5000 } },
  remote: { type: 'srflx', endpoint: { address: '2001:db8::2', port: 6000 } },
} as const;
const FACTS = {
  family: 'IPv4',
  planned: 'simultaneous-open',
  isByTechnique: false,
  isPeerStrict: false,
  mapped: [],
} as const;
const drawn = { local: { type: 'prflx', endpoint: MAPPED } } as const;
const host = { remote: { type: 'host', endpoint: REMOTE } } as const;

it.each([
  ['simultaneous-open', 'nothing else', pairOf({}), FACTS],
  [
    'simultaneous-open',
    'a fresh socket of a second try',
    pairOf({ socket: 'again' }),
    { ...FACTS, isByTechnique: true },
  ],
  ['host', 'the address of the peer itself', pairOf(host), FACTS],
  ['relay', 'a relay of either side', pairOf({ remote: { type: 'relay', endpoint: REMOTE } }), FACTS],
  ['port-mapping', "the peer's mapped port", pairOf({}), { ...FACTS, mapped: [REMOTE] }],
  [
    'port-mapping',
    "this side's mapped port",
    pairOf({ local: { type: 'srflx', endpoint: MAPPED } }),
    { ...FACTS, mapped: [MAPPED] },
  ],
  ['simultaneous-open', 'a path beside the mapped port', pairOf({}), { ...FACTS, mapped: [MAPPED] }],
  ['birthday', 'a match', pairOf({}), { ...FACTS, planned: 'birthday', isByTechnique: true }],
  ['port-prediction', 'a predicted port', pairOf(host), { ...FACTS, planned: 'port-prediction', isByTechnique: true }],
  ['simultaneous-open', 'the checks alone, in spite of the plan', pairOf({}), { ...FACTS, planned: 'birthday' }],
  [
    'birthday',
    "a port that was not told, behind a peer's strict filter",
    pairOf(drawn),
    { ...FACTS, planned: 'birthday', isPeerStrict: true },
  ],
  [
    'simultaneous-open',
    'a port that was not told, in spite of the plan, where the filter lets it in',
    pairOf(drawn),
    { ...FACTS, planned: 'birthday' },
  ],
  [
    'simultaneous-open',
    "the port that was told, in spite of the plan, behind a peer's strict filter",
    pairOf({}),
    { ...FACTS, planned: 'birthday', isPeerStrict: true },
  ],
  [
    'simultaneous-open',
    'a path over the other family than that of the plan, though its filter is strict',
    pairOf(OVER_IPV6),
    { ...FACTS, planned: 'birthday', isPeerStrict: true },
  ],
  [
    'simultaneous-open',
    'a path over the other family, whose port is by chance one that was told',
    pairOf(OVER_IPV6),
    { ...FACTS, planned: 'birthday', isByTechnique: true },
  ],
  ['host', 'the checks alone, in spite of the plan', pairOf(host), { ...FACTS, planned: 'port-prediction' }],
] as const)('is %s for %s', (technique, _what, pair, facts) => {
  expect(wonBy(pair, facts)).toBe(technique);
});

it('a pair is the work of the technique by its socket, by a probe that has gone over it, or by a port that was told', () => {
  const probed = createWork();
  noteProbe(probed, PUNCH_SOCKET, REMOTE);
  const told = { ...createWork(), told: new Set([SEEN.port]) };
  const heard = { ...createWork(), heard: new Set([REMOTE.port]) };
  const plain = pairOf({});
  expect([probed, told, heard, createWork()].map((work) => hasMade(work, plain))).toEqual([true, true, true, false]);
  const opened = { ...createWork(), opened: new Set(['birthday 0 17']) };
  // A socket over IPv6 is none of its own.
  expect(['birthday 0 17', SECOND_SOCKET].map((socket) => hasMade(opened, pairOf({ socket })))).toEqual([true, false]);
  const elsewhere = createWork();
  noteProbe(elsewhere, 'birthday 0 17', REMOTE);
  expect(hasMade(elsewhere, plain)).toBe(false);
});

it('the endpoints in use are those of the pair, without a local one where it leaves by the relay of this side', () => {
  expect(endpointsInUse(pairOf({}))).toEqual({ local: BASE, public: SEEN, remote: REMOTE });
  const relayed = { type: 'relay', endpoint: MAPPED } as const;
  expect(endpointsInUse(pairOf({ socket: 'relay', local: relayed }))).toEqual({
    local: null,
    public: MAPPED,
    remote: REMOTE,
  });
  // As the peer sees the relay at another address than the server has said.
  const elsewhere = pairOf({ socket: 'relay', local: { type: 'prflx', endpoint: MAPPED } });
  expect([isThroughRelay(elsewhere), wonBy(elsewhere, FACTS), endpointsInUse(elsewhere).local]).toEqual([
    true,
    'relay',
    null,
  ]);
  expect(endpointsInUse(pairOf({ remote: { ...relayed, endpoint: REMOTE } }))).toMatchObject({ local: BASE });
});
