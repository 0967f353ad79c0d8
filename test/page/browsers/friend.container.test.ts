/**
 * Two real browsers behind the NATs of the lab, which open a path to each other on the page: direct where arithmetic says so, and
 * else through the server's relay. The gate has a few pairs of Chromium; `npm run test:browsers` has all sixteen, and Chromium with
 * Firefox both ways.
 */
import { afterAll, beforeAll, it } from 'vitest';
import { CLASSIC_NATS, type Lab, startNatcheckServer } from '../../../lab/index.ts';
import type { FriendReport } from '../../../page/friend/report.ts';
import { type Behavior, prospectOf } from '../../../src/nat/prospect.ts';
import { borrowLab } from '../../lab/docker/lab-pool/borrow.ts';
import { describeLab } from '../../lab/docker/provided.ts';
import { type BrowserName, lacks } from './browser.ts';
import { visitFrom } from './visits.ts';

const IS_ALL = process.env.NATCHECK_TEST_BROWSERS === 'all';
const ALL_PAIRS = CLASSIC_NATS.flatMap((a) => CLASSIC_NATS.map((b) => [a.name, b.name] as const));
const GATE_PAIRS = [
  ['port-restricted', 'port-restricted'],
  ['symmetric', 'symmetric'],
] as const;
const TWO_KINDS = [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const;

const behaviorOf = (nat: string): Behavior => {
  const found = CLASSIC_NATS.find(({ name }) => name === nat);
  if (!found) throw new RangeError(nat);
  return found;
};

describeLab('two browsers on the page', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  let why: string | null = null;
  beforeAll(async () => {
    lab = await borrowLab();
    server = await startNatcheckServer(lab.server, ['--relay', '--open-relay']);
    why = (await lacks('chromium')) ?? (IS_ALL ? await lacks('firefox') : null);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const meet = async (
    room: string,
    [a, b]: readonly [nat: string, nat: string],
    [first, second]: readonly [BrowserName, BrowserName],
  ) => {
    const url = `http://${lab.server.primary}:3480/#friend=${room.padEnd(22, '0')}`;
    const other = lab.nat(a === b ? `${b}-2` : b);
    const visits = await Promise.all([
      visitFrom<FriendReport>(lab.nat(a).client(0), { browser: first, url }),
      visitFrom<FriendReport>(other.client(0), { browser: second, url }),
    ]);
    return visits.map(([visit]) => visit);
  };

  it.for(IS_ALL ? ALL_PAIRS : GATE_PAIRS)('behind %s and %s', async ([a, b], { expect, skip }) => {
    if (why !== null) skip(why);
    const path = prospectOf(behaviorOf(a), behaviorOf(b)) === 'direct' ? 'direct' : 'relayed';
    for (const visit of await meet(`${a}${b}`.replaceAll('-', ''), [a, b], ['chromium', 'chromium'])) {
      expect([visit?.errors, visit?.barriers]).toEqual([[], []]);
      expect(visit?.report, JSON.stringify(visit)).toMatchObject({ schema: 'natcheck.friend/1', path, probes: 20 });
    }
  });

  it.for(IS_ALL ? TWO_KINDS : [])('%s with %s', async (browsers, { expect, skip }) => {
    if (why !== null) skip(why);
    for (const visit of await meet(browsers.join(''), ['port-restricted', 'restricted'], browsers)) {
      expect(visit?.report, JSON.stringify(visit)).toMatchObject({ path: 'direct', probes: 20 });
    }
  });
});
