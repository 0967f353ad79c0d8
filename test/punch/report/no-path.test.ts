/** Why there is no path, in one sentence that names the side and the cause. */
import { expect, it } from 'vitest';
import { explainNoPath } from '../../../src/punch/report/no-path.ts';
import type { Introduction } from '../../../src/rendezvous/protocol/server-message.ts';

const introduction: Introduction = {
  type: 'introduction',
  peer: 'bob',
  endpoint: { address: '198.51.100.2', port: 6000 },
  candidates: [],
  behavior: { mapping: 'endpoint-independent', filtering: 'undetermined' },
  own: { address: '203.0.113.7', port: 40000 },
  role: 'controlling',
  key: 'k'.repeat(43),
  startInMs: 3,
};
const failure = {
  id: 'alice',
  plan: {
    technique: 'simultaneous-open',
    probability: 1,
    packets: 0,
    seconds: 0,
    text: 'the two NATs can be opened from both sides',
  },
  introduction,
  isHeard: false,
} as const;

it('is what the plan said, where the plan said it', () => {
  const plan = { ...failure.plan, technique: 'relay', text: 'both move' } as const;
  expect(explainNoPath({ ...failure, plan, isHeard: true })).toBe('both move');
});

it('is one direction, where only that failed', () => {
  expect(explainNoPath({ ...failure, isHeard: true })).toBe(
    'packets from bob come in, but none get out to it: its side, or ours, drops them',
  );
});

it('is the NAT that both are behind, where nothing came in', () => {
  expect(
    explainNoPath({ ...failure, introduction: { ...introduction, own: { address: '198.51.100.2', port: 1 } } }),
  ).toBe(
    'alice and bob are behind the same NAT, 198.51.100.2, which sends no packets back inside (no hairpinning), and their network keeps them apart: a relay would help, or a different network on one side',
  );
});

it('is a firewall, where everything else speaks for a path', () => {
  expect(explainNoPath({ ...failure, plan: { ...failure.plan, probability: null } })).toBe(
    'nothing from bob came in, although both NATs, as detected, would have let it in: a firewall on one side or the other drops UDP between peers',
  );
});
