/**
 * Behind each NAT of the lab, three detectors and two servers agree: natcheck and coturn on either side,
 * and the classic client. An ICE agent that others wrote connects with natcheck's through two of them.
 * The lab is not only right by its own measure, and natcheck not only with itself.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStunClient, stunClientCommand } from '../../../../lab/docker/reference-clients/stun-client.ts';
import { startTurnserver } from '../../../../lab/docker/reference-clients/turnserver.ts';
import { parseTurnutils, turnutilsCommand } from '../../../../lab/docker/reference-clients/turnutils.ts';
import { CLASSIC_NATS, type Lab, startNatcheckServer } from '../../../../lab/index.ts';
import type { Role } from '../../../../src/ice/role.ts';
import { type Met, meet } from '../../../ice/foreign/meet.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { describeLab } from '../provided.ts';

const SERVERS = [
  { server: 'coturn', start: startTurnserver },
  { server: 'natcheck serve', start: startNatcheckServer },
] as const;

const ROLES = [
  { ours: 'controlling', theirs: 'controlled' },
  { ours: 'controlled', theirs: 'controlling' },
  { ours: 'controlling', theirs: 'controlling' },
  { ours: 'controlled', theirs: 'controlled' },
] as const;

describeLab('behind each NAT of the lab', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await borrowLab();
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
        translation: { reason: name === 'symmetric' ? null : 'ports-preserved' },
      });
    });

    it.concurrent('natcheck detect finds a static translation', async () => {
      const detect = ['natcheck', 'detect', '--json', '--server', lab.server.primary];
      const { stdout } = await lab.nat('static').client(0).exec(detect);
      expect(JSON.parse(stdout).translation).toMatchObject({ kind: 'static', reason: null });
    });
  });

  describe("aioice's ICE agent", () => {
    let server: AsyncDisposable;
    beforeAll(async () => {
      server = await startNatcheckServer(lab.server);
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    /** Ours and aioice's, each in the client behind the NAT of that name. */
    const meetBehind = (
      ours: { readonly nat: string; readonly role: Role },
      theirs: { readonly nat: string; readonly role: Role },
    ): Promise<readonly [Met, Met]> =>
      meet(
        [
          { agent: 'natcheck', client: lab.nat(ours.nat).client(0), role: ours.role },
          { agent: 'aioice', client: lab.nat(theirs.nat).client(0), role: theirs.role },
        ],
        lab.server.primary,
      );

    it.concurrent.for(ROLES)('connects with ours through two NATs: ours $ours, aioice $theirs', async (roles) => {
      const [ours, theirs] = await meetBehind(
        { nat: 'port-restricted', role: roles.ours },
        { nat: 'restricted', role: roles.theirs },
      );
      expect(ours).toMatchObject({ heard: 'from aioice', remote: theirs.told.srflx });
      expect(theirs).toMatchObject({ heard: 'from natcheck', remote: ours.told.srflx });
      expect(ours.remote.address).toBe(lab.nat('restricted').publicAddress);
      expect(theirs.remote.address).toBe(lab.nat('port-restricted').publicAddress);
      expect([ours.role, theirs.role].sort()).toEqual(['controlled', 'controlling']);
      if (roles.ours !== roles.theirs) expect(ours.role).toBe(roles.ours);
    });

    it.concurrent.for([
      { ours: 'symmetric', theirs: 'restricted' },
      { ours: 'restricted', theirs: 'symmetric' },
    ])('connects with ours from an endpoint nobody told of: ours $ours, aioice $theirs', async (nats) => {
      const [ours, theirs] = await meetBehind(
        { nat: nats.ours, role: 'controlling' },
        { nat: nats.theirs, role: 'controlled' },
      );
      expect([ours.heard, theirs.heard]).toEqual(['from aioice', 'from natcheck']);
      expect(ours.remote.address).toBe(lab.nat(nats.theirs).publicAddress);
      expect(theirs.remote.address).toBe(lab.nat(nats.ours).publicAddress);
      const [remapped, told] = nats.ours === 'symmetric' ? [theirs.remote, ours.told] : [ours.remote, theirs.told];
      expect(Object.values(told)).not.toContainEqual(remapped);
    });

    it.concurrent('connects with ours on the same machine, by what is inside', async () => {
      const place = { nat: 'full-cone' } as const;
      const [ours, theirs] = await meetBehind({ ...place, role: 'controlling' }, { ...place, role: 'controlled' });
      expect(ours).toMatchObject({ heard: 'from aioice', remote: theirs.told.host });
      expect(theirs).toMatchObject({ heard: 'from natcheck', remote: ours.told.host });
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
