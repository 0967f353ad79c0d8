/** The schema of `natcheck punch --json` beside what the code can say. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { planIntroduced } from '../../src/punch/attempt/plan.ts';
import { PUNCH_FAILURES } from '../../src/punch/report/report.ts';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../docs/schema/natcheck.punch-1.schema.json', import.meta.url), 'utf8'),
);

it('knows a plan over IPv6, with what is tried over IPv4 otherwise, and no other after that', () => {
  const isPlan = new Ajv2020({ allErrors: true }).compile({ $defs: SCHEMA.$defs, $ref: '#/$defs/plan' });
  const behavior = { mapping: 'address-and-port-dependent', filtering: 'undetermined' } as const;
  const also = { behavior: { mapping: 'none', filtering: 'undetermined' } } as const;
  const seen = (address: string) => ({ address, port: 4000 });
  const plan = planIntroduced(
    {
      ...{ type: 'introduction', peer: 'bob', role: 'controlled', key: 'k'.repeat(43), startInMs: 0, candidates: [] },
      ...{ own: seen('203.0.113.7'), endpoint: seen('198.51.100.2'), behavior },
      also: { own: seen('2001:db8::7'), endpoint: seen('2001:db8::2'), ...also },
    },
    { id: 'alice', candidates: [], isDirect: true, server: '203.0.113.10', behavior, behavior6: also.behavior },
  );
  expect(plan.otherwise).toMatchObject({ technique: 'relay', probability: 0 });
  expect(isPlan(plan), JSON.stringify(isPlan.errors)).toBe(true);
  expect(isPlan({ ...plan, otherwise: plan })).toBe(false);
});

it('knows every reason that the code knows', () => {
  expect(SCHEMA.properties.reason.enum).toEqual([null, ...Object.keys(PUNCH_FAILURES)]);
});
