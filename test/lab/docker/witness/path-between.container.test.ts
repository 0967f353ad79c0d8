/** What the routers of two sites tell of the path between them, whatever the programs say: all of it in one lab. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Lab,
  type LabSite,
  type PairTold,
  PORT_RESTRICTED,
  type Program,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';
import { runPeer, runSignalling, startCoturn, startTcpServer, startUdpRelay } from './programs.ts';

describeLab('lab.pathBetween', () => {
  let lab: Lab;
  let [a, b]: LabSite[] = [];
  let server: Program;
  beforeAll(async () => {
    lab = await startProvidedLab({
      profiles: [PORT_RESTRICTED, PORT_RESTRICTED],
      backbone: true,
      helpers: ['relay', 'turn'],
    });
    [a, b] = lab.sites as [LabSite, LabSite];
    server = await startNatcheckServer(lab.server, ['--relay', '--open-relay']);
    await startUdpRelay(lab.helper('relay'));
    await startTcpServer(lab.helper('relay'));
    await startCoturn(lab.helper('turn'));
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  /** What is told of the time in which both sides ran `run`, and what they have said. */
  const between = async (
    run: (site: LabSite, peer: LabSite, names: readonly [string, string]) => Promise<string>,
  ): Promise<PairTold & { readonly said: readonly string[] }> => {
    if (!a || !b) throw new Error('no lab');
    using watch = await lab.pathBetween(a, b);
    const said = await Promise.all([run(a, b, ['a', 'b']), run(b, a, ['b', 'a'])]);
    return { ...(await watch.end()), said };
  };

  const punch =
    (room: string, ...flags: readonly string[]) =>
    async (site: LabSite, _: LabSite, [id, peer]: readonly [string, string]): Promise<string> => {
      const server = ['--server', lab.server.primary, '--room', room, '--id', id, '--peer', peer, '--wait', '20'];
      const { stdout } = await site.client(0).exec(['natcheck', 'punch', ...server, ...flags, '--json']);
      return (JSON.parse(stdout) as { readonly outcome: string }).outcome;
    };

  it('sees a direct path, and by which packets it was opened', async () => {
    const { path, ladder, said } = await between(punch('direct'));
    expect(said).toEqual(['direct', 'direct']);
    expect(path).toMatchObject({ kind: 'direct', via: [], carriedPayload: false });
    expect(path.changes.at(-1)?.kind).toBe('direct');
    const pair = ladder.steps.filter(({ from, to }) => `${from}${to}` === 'ab' || `${from}${to}` === 'ba');
    expect(pair.filter(({ dropped }) => dropped === null).map(({ what }) => what)).toContain('STUN Binding request');
    expect(ladder.hosts).toEqual(expect.arrayContaining(['a', "a's router", 'server', "b's router", 'b']));
  });

  it('sees that the server of natcheck relays', async () => {
    const { path, said } = await between(punch('relayed', '--relay-only'));
    expect(said).toEqual(['relayed', 'relayed']);
    expect(path).toMatchObject({ kind: 'relayed', via: ['server'], bytes: { direct: { fromA: 0, fromB: 0 } } });
  });

  it('sees that coturn relays', async () => {
    await server[Symbol.asyncDispose]();
    server = await startNatcheckServer(lab.server);
    const turn = ['--turn', `turn:${lab.helper('turn').address}`, '--turn-user', 'user:secret', '--relay-only'];
    const { path, said } = await between(punch('coturn', ...turn));
    expect(said).toEqual(['relayed', 'relayed']);
    expect(path).toMatchObject({ kind: 'relayed', via: ['turn'] });
  });

  it('does not take the word of a program that says direct and goes through a helper', async () => {
    const relay = lab.helper('relay').address;
    const { path, said } = await between((site, { publicAddress: peer }) =>
      runPeer(site.client(0), { relay, peer, relayed: 40, direct: 0 }),
    );
    expect(said).toEqual(['direct', 'direct']);
    expect(path).toMatchObject({ kind: 'relayed', via: ['relay'], carriedPayload: true });
    expect(path.bytes.relayed.fromA).toBeGreaterThan(30 * 200);
  });

  it('does not take talk to one server for a path', async () => {
    const { path, said } = await between((site) => runSignalling(site.client(0), lab.helper('relay').address));
    expect(said).toEqual(['connected', 'connected']);
    expect(path).toMatchObject({ kind: 'none', via: [], changes: [] });
    expect(path.evidence).toMatch(/both had to do with relay, from where nothing of one was seen to come out/);
  });

  it('tells when a program that began with a relay went on directly', async () => {
    const relay = lab.helper('relay').address;
    const { path, ladder } = await between((site, { publicAddress: peer }) =>
      runPeer(site.client(0), { relay, peer, relayed: 40, direct: 40 }),
    );
    expect(path).toMatchObject({ kind: 'direct', carriedPayload: true });
    const [first, second, ...others] = path.changes;
    expect([first?.kind, second?.kind, others]).toEqual(['relayed', 'direct', []]);
    // It sent 40 messages by the relay, one every 50 ms, before the first that went directly.
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(1000);
    const early = ladder.steps.find(({ from, to }) => `${from}${to}` === 'ab' || `${from}${to}` === 'ba');
    expect(early?.dropped).toMatchObject({ why: 'nothing had left to this address' });
  });
});
