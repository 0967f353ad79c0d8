/** The line about what a punch does not know; that it is told once, before the path; and that the report says so too. */
import { expect, it } from 'vitest';
import type { PunchOptions } from '../../../src/punch/options.ts';
import { explainUnproven } from '../../../src/punch/report/unproven.ts';
import { join } from '../../net/rendezvous/peers.ts';
import { isNotice, isStep, startPunch, startPunchServer } from '../punches.ts';

it.each([
  ['default', undefined, false, 'without a token and a room of your own, anybody can be bob'],
  ['default', 'T', false, 'whoever has the token can be bob'],
  ['attic', undefined, false, 'whoever knows the room can be bob'],
  ['attic', 'T', false, 'whoever has the token and knows the room can be bob'],
  [
    'default',
    undefined,
    true,
    'without a token and a room of your own, anybody can be bob; over ws, everybody on the way to the server can read the key',
  ],
])('in room %s, with token %s, overheard %s: %s', (room, token, isOverheard, line) => {
  expect(explainUnproven({ peer: 'bob', room, token, isOverheard })).toBe(`not authenticated: ${line}`);
});

it('a punch tells it before the plan, and once, though its peer has to be met again', async () => {
  await using server = await startPunchServer({ limits: { resumeMs: 100 } });
  const alice = startPunch(server, { id: 'alice', peer: 'bob' });
  await using died = await join(server, 'bob', { room: 'default' });
  await died.bind();
  const behavior = { mapping: 'endpoint-independent', filtering: 'endpoint-independent' } as const;
  died.client.ask('alice', { candidates: [], behavior });
  await alice.told(isStep(5));
  died.client.drop();
  await alice.told(isNotice(/^bob was lost/));
  const kinds: string[] = [];
  const onEvent: PunchOptions['onEvent'] = ({ kind }) => void kinds.push(kind);
  await using other = await startPunch(server, { id: 'bob', peer: 'alice', onEvent }).result;
  await using one = await alice.result;
  expect(alice.notices).toEqual([
    'not authenticated: without a token and a room of your own, anybody can be bob',
    'bob was lost before there was a path: waiting for it again',
  ]);
  expect(kinds.filter((kind) => kind !== 'step')).toEqual(['notice', 'plan']);
  expect([one.report.authenticated, other.report.authenticated]).toEqual([false, false]);
});

it('a punch that comes to nothing is not authenticated either', async () => {
  await using server = await startPunchServer();
  const alice = startPunch(server, { id: 'alice', peer: 'bob', waitMs: 50 });
  await alice.told(isStep(1));
  await using punched = await alice.result;
  expect(punched.report).toMatchObject({ outcome: 'failed', reason: 'no-peer', authenticated: false });
  expect(alice.notices).toEqual(['not authenticated: without a token and a room of your own, anybody can be bob']);
});
