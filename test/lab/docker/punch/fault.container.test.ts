/** `natcheck punch` where things are difficult: one NAT for both peers, peers and servers that die, packets that are lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Lab,
  type LabContainer,
  type LabSite,
  PORT_RESTRICTED,
  RESTRICTED,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { type PunchResult, startPunch } from './run.ts';

const HAIRPINNING = { ...PORT_RESTRICTED, name: 'hairpinning', hairpin: true };

/** The ports of a second server on the same addresses, which one test may kill. */
const MORTAL = { port: '4478', altPort: '4479', httpPort: '4480' };

describeLab('natcheck punch in difficult circumstances', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({
      profiles: [PORT_RESTRICTED, HAIRPINNING, RESTRICTED],
      clientsPerNat: 2,
    });
    server = await startNatcheckServer(lab.server);
    await Promise.all([isolateClients(lab.nat('port-restricted')), isolateClients(lab.nat('hairpinning'))]);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const start = (client: LabContainer, id: 'alice' | 'bob', room: string, waitSeconds?: number) =>
    startPunch(client, { server: lab.server, id, peer: id === 'alice' ? 'bob' : 'alice', room, waitSeconds });

  const both = async (alice: LabContainer, bob: LabContainer, room: string): Promise<readonly PunchResult[]> => {
    const runs = await Promise.all([start(alice, 'alice', room), start(bob, 'bob', room)]);
    return Promise.all(runs.map((run) => run.result()));
  };

  describe.concurrent('finds', () => {
    it('the private address of a peer behind the same NAT', async () => {
      const [alice, bob] = lab.nat('restricted').clients as readonly [LabContainer, LabContainer];
      const results = await both(alice, bob, 'same-lan');
      for (const [index, { report, exitCode }] of results.entries()) {
        expect(report).toMatchObject({ outcome: 'direct', technique: 'host' });
        expect(report.remote?.address).toBe([bob, alice][index]?.address);
        expect(exitCode).toBe(0);
      }
    });

    it('the way through a NAT that hairpins, where the LAN isolates its clients', async () => {
      const { publicAddress, clients } = lab.nat('hairpinning');
      const [alice, bob] = clients as readonly [LabContainer, LabContainer];
      for (const { report, exitCode } of await both(alice, bob, 'hairpin')) {
        expect(report).toMatchObject({ outcome: 'direct', technique: 'simultaneous-open' });
        expect(report.remote?.address).toBe(publicAddress);
        expect(exitCode).toBe(0);
      }
    });

    it('no way where the LAN isolates its clients and the NAT does not hairpin', async () => {
      const { publicAddress, clients } = lab.nat('port-restricted');
      const [alice, bob] = clients as readonly [LabContainer, LabContainer];
      for (const { report, exitCode } of await both(alice, bob, 'isolated')) {
        const { id, peer } = report;
        const who = `${id} and ${peer} share the public address ${publicAddress}`;
        const cause = `${who}, and reach each other neither at their own addresses nor through that one (no hairpinning)`;
        const help = `they need a network that does not keep them apart; neither ${id} nor ${peer} has offered a relay (natcheck serve --relay, or --turn)`;
        expect(report).toMatchObject({ outcome: 'failed', reason: 'no-path', detail: `${cause}: ${help}` });
        expect(exitCode).toBe(7);
      }
    });

    it('that the peer does not come', async () => {
      const alice = await start(lab.nat('hairpinning').client(0), 'alice', 'lonely', 2);
      const { report, exitCode } = await alice.result();
      const detail =
        'in the 2 s of waiting, bob was not in the room, where nobody else was: has it another id, room or server?';
      expect(report).toMatchObject({ outcome: 'failed', reason: 'no-peer', detail });
      expect(exitCode).toBe(6);
    });

    it('no rendezvous at an address of its own network that nobody has', async () => {
      const client = lab.nat('restricted').client(1);
      const nobody = client.address.replace(/\d+$/, '250');
      const names = { server: lab.server, id: 'alice', peer: 'bob', room: 'nowhere', waitSeconds: 1 };
      const alice = await startPunch(client, { ...names, rendezvous: `ws://${nobody}:3480` });
      const { report, exitCode } = await alice.result();
      const detail = `no way leads to ${nobody}: a router or this host says so; check the address, and that it is on line [EHOSTUNREACH]`;
      expect(report).toMatchObject({ outcome: 'failed', reason: 'rendezvous-unreachable', detail });
      expect(exitCode).toBe(3);
    });

    it('a path through a router that loses every fifth packet of each direction, and says what it loses', async () => {
      const { router, client } = lab.nat('restricted');
      await router.loseEveryNth(5);
      for (const { report, exitCode } of await both(client(0), lab.nat('port-restricted').client(0), 'lossy')) {
        expect(report).toMatchObject({ outcome: 'direct', technique: 'simultaneous-open', health: { probes: 20 } });
        expect(report.health?.lost).toBeGreaterThan(0);
        expect(report.health?.lost).toBeLessThan(20);
        expect(exitCode).toBe(0);
      }
    });

    it('a peer that was killed while it waited, and came again', async () => {
      const [clientOfAlice, clientOfBob] = [lab.nat('port-restricted').client(1), lab.nat('hairpinning').client(1)];
      const killed = await start(clientOfBob, 'bob', 'restarted');
      await killed.bound();
      await killed.kill();
      const bob = await start(clientOfBob, 'bob', 'restarted');
      await bob.bound();
      const alice = await start(clientOfAlice, 'alice', 'restarted');
      expectDirect(await Promise.all([alice.result(), bob.result()]));
    });

    it('a peer by a server that was killed and started again while the other waited', async () => {
      const options = ['--port', MORTAL.port, '--alt-port', MORTAL.altPort, '--http-port', MORTAL.httpPort];
      const { primary } = lab.server;
      const server = { primary: `${primary}:${MORTAL.port}` };
      const names = { server, rendezvous: `ws://${primary}:${MORTAL.httpPort}`, room: 'reborn' };
      const first = await startNatcheckServer(lab.server, options);
      const alice = await startPunch(lab.nat('hairpinning').client(0), { ...names, id: 'alice', peer: 'bob' });
      await alice.bound();
      await first[Symbol.asyncDispose]();
      await using _ = await startNatcheckServer(lab.server, options);
      const bob = await startPunch(lab.nat('port-restricted').client(1), { ...names, id: 'bob', peer: 'alice' });
      expectDirect(await Promise.all([alice.result(), bob.result()]));
    });
  });
});

function expectDirect(results: readonly PunchResult[]): void {
  for (const { report, exitCode } of results) {
    expect(report).toMatchObject({ outcome: 'direct', technique: 'simultaneous-open', reason: null });
    expect(exitCode).toBe(0);
  }
}

/** As guest networks do: what comes from another client of the LAN is dropped. */
async function isolateClients({ clients }: LabSite): Promise<void> {
  const drop = async (at: LabContainer, from: LabContainer): Promise<void> => {
    const { stderr, exitCode } = await at.exec(['iptables', '-A', 'INPUT', '-s', from.address, '-j', 'DROP']);
    expect(exitCode, stderr).toBe(0);
  };
  const others = (at: LabContainer): readonly LabContainer[] => clients.filter((client) => client !== at);
  await Promise.all(clients.flatMap((at) => others(at).map((from) => drop(at, from))));
}
