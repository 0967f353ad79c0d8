/** natcheck/ice as its users see it: what it exports, and that the agent is a session as every driver takes it. */
import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, it } from 'vitest';
import * as ice from '../../src/ice/index.ts';

it('exports what it takes to make an agent, to signal for it and to bound it', () => {
  expect(Object.keys(ice).sort()).toEqual([
    'CHECKS_IF_HEARD',
    'CHECKS_MAX',
    'CHECKS_PER_ADDRESS',
    'MIN_TA_MS',
    'RELAY_GRACE_MS',
    'TA_MS',
    'areCredentials',
    'candidatePriority',
    'createCheckBudget',
    'createCredentials',
    'createIceAgent',
    'formatCandidate',
    'hiddenRelated',
    'isRelayed',
    'otherRole',
    'parseCandidate',
  ]);
});

it('is a path of the package', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(exports['./ice']).toEqual({ types: './dist/src/ice/index.d.ts', default: './dist/src/ice/index.js' });
});

it('has an agent that is a session', () => {
  expectTypeOf<ice.IceAgent>().toExtend<ice.Session<'closed', ice.EventOutput<ice.IceEvent>>>();
  const { poll } = ice.createIceAgent({
    role: 'controlled',
    credentials: ice.createCredentials((length) => new Uint8Array(length)),
    randomBytes: (length) => new Uint8Array(length),
  });
  expect(poll(0)).toEqual({ kind: 'wait', until: Number.POSITIVE_INFINITY });
});
