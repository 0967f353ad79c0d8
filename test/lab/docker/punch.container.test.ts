/** `natcheck punch` between clients behind real NATs: all 16 ordered pairs of the classic four, on routers of their own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLASSIC_NATS, type Lab, type LabContainer, startNatcheckServer } from '../../../lab/index.ts';
import { CLASSIC_PEERS, prospectOf } from '../../../src/nat/prospect.ts';
import { describeLab, startProvidedLab } from './provided.ts';

type NatName = keyof typeof CLASSIC_PEERS;
const NAMES = Object.keys(CLASSIC_PEERS) as NatName[];
const PAIRS = NAMES.flatMap((a) => NAMES.map((b) => [a, b] as const));
/** Beyond the 9 s that a punch may take, and what a busy machine adds. */
const TIMEOUT_MS = 30_000;

describeLab('natcheck punch', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [...CLASSIC_NATS, ...CLASSIC_NATS] });
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const punch = (client: LabContainer, names: { id: string; peer: string; room: string }) =>
    client.exec(
      [
        'natcheck',
        'punch',
        '--json',
        '--server',
        lab.server.primary,
        '--id',
        names.id,
        '--peer',
        names.peer,
        '--room',
        names.room,
      ],
      { timeoutMs: TIMEOUT_MS },
    );

  it.concurrent.for(PAIRS)('from %s to %s ends the same on both sides, as arithmetic says', async ([a, b]) => {
    const room = `${a}-${b}`;
    const results = await Promise.all([
      punch(lab.nat(a).client(0), { id: 'alice', peer: 'bob', room }),
      punch(lab.nat(`${b}-2`).client(0), { id: 'bob', peer: 'alice', room }),
    ]);
    const isDirect = prospectOf(CLASSIC_PEERS[a], CLASSIC_PEERS[b]) === 'direct';
    for (const { stdout, stderr, exitCode } of results) {
      expect(JSON.parse(stdout), stderr).toMatchObject(
        isDirect
          ? { outcome: 'direct', technique: 'simultaneous-open', reason: null, health: { probes: 20 } }
          : { outcome: 'failed', reason: 'no-path' },
      );
      expect(exitCode).toBe(isDirect ? 0 : 7);
    }
  });
});
