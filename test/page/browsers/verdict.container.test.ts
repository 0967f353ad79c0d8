/**
 * The page in real browsers, behind the NATs of the lab: its verdict is what the lab is. The gate has Chromium do it; `npm run
 * test:browsers` has Firefox do it as well, and both over links that lose packets.
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { CLASSIC_NATS, type Lab, startNatcheckServer } from '../../../lab/index.ts';
import { borrowLab } from '../../lab/docker/lab-pool/borrow.ts';
import { describeLab } from '../../lab/docker/provided.ts';
import { type BrowserName, lacks } from './browser.ts';
import { visitFrom } from './visits.ts';

const IS_ALL = process.env.NATCHECK_TEST_BROWSERS === 'all';
const BROWSERS: readonly BrowserName[] = IS_ALL ? ['chromium', 'firefox'] : ['chromium'];
const FIREWALL = { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 120_000 } as const;
const ALL = [
  ...CLASSIC_NATS,
  { name: 'open', access: { kind: 'open' } },
  { name: 'firewalled', access: FIREWALL },
  { name: 'udp-blocked', access: { kind: 'udp-blocked' } },
] as const;
/** Each takes a browser of its own, and its start half the time. */
const IN_GATE: readonly string[] = ['port-restricted', 'symmetric', 'open'];
const ACCESSES = ALL.filter(({ name }) => IS_ALL || IN_GATE.includes(name));
/** One in 20 datagrams each way. */
const LOST_EVERY = 20;
const LOSSY_VISITS = 40;
const LOSSY_TIMEOUT_MS = 600_000;

describeLab('the page', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  const missing = new Map<BrowserName, string | null>();
  beforeAll(async () => {
    const finding = BROWSERS.reduce(
      (before, name) => before.then(async () => void missing.set(name, await lacks(name))),
      Promise.resolve(),
    );
    [lab] = await Promise.all([borrowLab({ profiles: ACCESSES }), finding]);
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const visit = (name: string, browser: BrowserName, times = 1) =>
    visitFrom(lab.nat(name).client(0), { browser, url: `http://${lab.server.primary}:3480/`, times });

  describe.each(BROWSERS)('in %s', (browser) => {
    it.for(ACCESSES)('says what $name is', async ({ name }, { expect, skip }) => {
      const why = missing.get(browser) ?? null;
      if (why !== null) skip(why);
      const [one] = await visit(name, browser);
      expect([one?.errors, one?.barriers]).toEqual([[], []]);
      expect(one?.report, JSON.stringify(one)).toMatchObject({
        schema: 'natcheck.detect/1',
        by: 'browser',
        verdict: { type: name, reason: null },
      });
    });

    it.for(IS_ALL ? CLASSIC_NATS : [])(
      'is wrong about $name in none of 40 visits where one packet in 20 is lost each way',
      { timeout: LOSSY_TIMEOUT_MS },
      async ({ name }, { expect, skip }) => {
        const why = missing.get(browser) ?? null;
        if (why !== null) skip(why);
        const { router } = lab.nat(name);
        await router.loseEveryNth(LOST_EVERY);
        const visits = await visit(name, browser, LOSSY_VISITS).finally(() => router.loseEveryNth(0));
        const verdicts = visits.map(({ report }) => report.verdict?.type ?? report.problem);
        expect(verdicts).toHaveLength(LOSSY_VISITS);
        expect(verdicts.filter((one) => one !== name && one !== 'inconclusive')).toEqual([]);
        const times = visits.map(({ atMs }) => atMs).toSorted((a, b) => a - b);
        const right = verdicts.filter((one) => one === name).length;
        process.stdout.write(
          `${browser}, ${name}: ${right} of 40 right, median ${times[20]} ms, worst ${times.at(-1)} ms\n`,
        );
      },
    );
  });
});
