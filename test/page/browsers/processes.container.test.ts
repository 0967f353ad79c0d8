/**
 * The page in real browsers, behind the NATs of the lab, where the server is a process with two workers, or two servers with one
 * address each. `npm run test:browsers` does it; the gate has simulated browsers for that (test/server/services/browsers.test.ts).
 */
import { afterAll, beforeAll, it } from 'vitest';
import { CLASSIC_NATS, type Lab, type LabServer, startNatcheckServer } from '../../../lab/index.ts';
import { createOwner } from '../../../src/net/owner.ts';
import { borrowLab } from '../../lab/docker/lab-pool/borrow.ts';
import { describeLab } from '../../lab/docker/provided.ts';
import { type BrowserName, lacks } from './browser.ts';
import { visitFrom } from './visits.ts';

const IS_ALL = process.env.NATCHECK_TEST_BROWSERS === 'all';
const BROWSERS: readonly BrowserName[] = ['chromium', 'firefox'];
const ACCESSES = [...CLASSIC_NATS, { name: 'open', access: { kind: 'open' } }] as const;
const CASES = BROWSERS.flatMap((browser) => ACCESSES.map(({ name }) => ({ browser, name })));
const SECRET = 'a secret that both of the partners have';
const TIMES = 2;
/** A server starts, and each browser twice for every access. */
const TIMEOUT_MS = 600_000;

describeLab('the page in real browsers', () => {
  let lab: Lab | undefined;
  const missing = new Map<BrowserName, string | null>();
  beforeAll(async () => {
    if (!IS_ALL) return;
    for (const name of BROWSERS) missing.set(name, await lacks(name));
    lab = await borrowLab({ profiles: ACCESSES });
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.for([
    ['two workers', (server: LabServer) => startNatcheckServer(server, ['--workers', '2'])],
    ['two partners', startPartners],
  ] as const)('of %s says what each NAT is', { timeout: TIMEOUT_MS }, async ([, start], { expect, skip }) => {
    if (!lab) return skip('`npm run test:browsers` does it');
    for (const why of missing.values()) if (why !== null) skip(why);
    await using _server = await start(lab.server);
    for (const { browser, name } of CASES) {
      const url = `http://${lab.server.primary}:3480/`;
      const visits = await visitFrom(lab.nat(name).client(0), { browser, url, times: TIMES });
      const verdicts = visits.map(({ report }) => report.verdict?.type ?? report.problem);
      expect([browser, ...verdicts], JSON.stringify(visits)).toEqual([browser, name, name]);
    }
  });
});

/** One on each address of the lab's server; resolves when both know each other. */
async function startPartners(server: LabServer): Promise<AsyncDisposable> {
  const { primary, alternate } = server;
  const partner = ['--partner-secret', SECRET, '--partner'];
  await using owner = createOwner();
  const one = owner.use(await server.start(['natcheck', 'serve', '--ip', primary, ...partner, alternate]));
  const other = owner.use(await server.start(['natcheck', 'serve', '--ip', alternate, ...partner, primary]));
  await Promise.all([one, other].map((program) => program.line(/behaviour tests are available/)));
  return owner.move();
}
