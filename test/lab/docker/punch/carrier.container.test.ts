/**
 * Streams over the paths of a punch between real NATs: every technique works from sockets that native streams share, a birthday
 * with hundreds of them as well.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lab, startNatcheckServer } from '../../../../lab/index.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { startPlaced } from '../placed-program.ts';
import { describeLab } from '../provided.ts';

const TIMEOUT_MS = 60_000;
const BYTES = 2_000_000;
const PROGRAM = new URL('carrier-program.ts', import.meta.url);

interface Said {
  readonly outcome: string;
  readonly technique: string;
  readonly kind: string;
  readonly sockets: number;
  readonly sent: string;
  readonly heard: string;
}

describeLab('streams over a path', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  beforeAll(async () => {
    lab = await borrowLab();
    server = await startNatcheckServer(lab.server, ['--relay', '--open-relay']);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const start = async (nat: string, options: object): Promise<Said> => {
    const place = { server: lab.server.primary, bytes: BYTES, ...options };
    const program = await startPlaced(lab.nat(nat).client(0), PROGRAM, JSON.stringify(place));
    return JSON.parse(await program.line(/^\{"outcome":/, { timeoutMs: TIMEOUT_MS }));
  };

  /** Both sides of a path, which send each other BYTES. */
  const run = async (a: string, b: string, [alice, bob]: readonly [object, object]): Promise<readonly Said[]> => {
    const room = `${a}-${b}`;
    const sides = await Promise.all([
      start(a, { id: 'alice', peer: 'bob', room, ...alice }),
      start(b, { id: 'bob', peer: 'alice', room, ...bob }),
    ]);
    expect(sides.map(({ heard }) => heard)).toEqual(sides.toReversed().map(({ sent }) => sent));
    return sides;
  };
  // A relay that works first may be taken for a while, as chance takes its time.
  const direct = [{ mode: 'direct-only' }, { mode: 'direct-only' }] as const;
  const endsOf = (sides: readonly Said[]) => sides.map(({ outcome, technique, kind }) => [outcome, technique, kind]);

  it.each([
    ['restricted', 'port-restricted'],
    ['full-cone', 'symmetric'],
  ] as const)('%s × %s: all bytes arrive directly, from one socket', async (a, b) => {
    const sides = await run(a, b, direct);
    expect(endsOf(sides)).toEqual(Array(2).fill(['direct', 'simultaneous-open', 'direct']));
    expect(sides.map(({ sockets }) => sockets)).toEqual([1, 1]);
  });

  it.each([
    ['port-restricted', 'symmetric'],
    ['symmetric', 'port-restricted'],
  ] as const)('%s × %s: all bytes arrive directly, from one socket of hundreds', async (a, b) => {
    const sides = await run(a, b, direct);
    expect(endsOf(sides)).toEqual(Array(2).fill(['direct', 'birthday', 'direct']));
    const symmetric = sides[a === 'symmetric' ? 0 : 1];
    expect(symmetric?.sockets).toBeGreaterThan(100);
  });

  it('restricted × symmetric: all bytes arrive through a relay of the one side', async () => {
    const sides = await run('restricted', 'symmetric', [{ mode: 'relay-only' }, {}]);
    expect(endsOf(sides)).toEqual(Array(2).fill(['relayed', 'relay', 'relayed']));
    // Each has one toward its relay.
    expect(sides.map(({ sockets }) => sockets)).toEqual([1, 2]);
  });
});
