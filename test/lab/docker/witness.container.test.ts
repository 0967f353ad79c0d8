/**
 * Behind each NAT of the lab, three detectors and two servers agree: natcheck and coturn on either side,
 * and the classic client. The lab is not only right by its own measure, and natcheck not only with itself.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStunClient, stunClientCommand } from '../../../lab/docker/witness/stun-client.ts';
import { startTurnserver } from '../../../lab/docker/witness/turnserver.ts';
import { parseTurnutils, turnutilsCommand } from '../../../lab/docker/witness/turnutils.ts';
import { CLASSIC_NATS, type Lab, startNatcheckServer } from '../../../lab/index.ts';
import { describeLab, startProvidedLab } from './provided.ts';

const SERVERS = [
  { server: 'coturn', start: startTurnserver },
  { server: 'natcheck serve', start: startNatcheckServer },
] as const;

describeLab('behind each NAT of the lab', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startProvidedLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  describe.for(SERVERS)('against $server', ({ start }) => {
    let server: AsyncDisposable;
    beforeAll(async () => {
      server = await start(lab.server);
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    it.concurrent.for(CLASSIC_NATS)('turnutils_natdiscovery finds $name', async ({ name, mapping, filtering }) => {
      const { stdout } = await lab.nat(name).client(0).exec(turnutilsCommand(lab.server.primary));
      expect(parseTurnutils(stdout), stdout).toEqual({ mapping, filtering });
    });

    it.concurrent.for(CLASSIC_NATS)('the classic stun client finds $name', async ({ name }) => {
      const { stdout } = await lab.nat(name).client(0).exec(stunClientCommand(lab.server.primary));
      expect(parseStunClient(stdout), stdout).toBe(name);
    });

    it.concurrent.for(CLASSIC_NATS)('natcheck detect finds $name', async ({ name, mapping, filtering }) => {
      const { publicAddress, client } = lab.nat(name);
      const { stdout, stderr, exitCode } = await client(0).exec([
        'natcheck',
        'detect',
        '--json',
        '--server',
        lab.server.primary,
      ]);
      expect(exitCode, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        schema: 'natcheck.detect/1',
        verdict: { type: name, reason: null },
        mapping: { behavior: mapping, reason: null },
        filtering: { behavior: filtering, reason: null },
        local: { address: client(0).address },
        public: { address: publicAddress },
        server: { host: lab.server.primary, port: 3478 },
      });
    });
  });

  describe('when every seventh datagram of each direction is lost', () => {
    let server: AsyncDisposable;
    beforeAll(async () => {
      server = await startNatcheckServer(lab.server);
      await Promise.all(lab.sites.map(({ router }) => router.loseEveryNth(7)));
    });
    afterAll(async () => {
      await Promise.all(lab?.sites.map(({ router }) => router.loseEveryNth(0)) ?? []);
      await server?.[Symbol.asyncDispose]();
    });

    it.concurrent.for(CLASSIC_NATS)('natcheck detect still finds $name', async ({ name, mapping, filtering }) => {
      const detect = ['natcheck', 'detect', '--json', '--server', lab.server.primary];
      const { stdout, stderr } = await lab.nat(name).client(0).exec(detect);
      expect(JSON.parse(stdout), stderr).toMatchObject({
        verdict: { type: name, reason: null },
        mapping: { behavior: mapping },
        filtering: { behavior: filtering },
      });
    });
  });
});
