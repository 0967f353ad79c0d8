/**
 * Streams over the paths of a punch between real NATs: every technique works from sockets that native streams share, a birthday
 * with hundreds of them as well.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lab, startNatcheckServer } from '../../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

const TIMEOUT_MS = 60_000;
const BYTES = 2_000_000;
/** The image has the sources compiled, and no tests: this comes as text. */
const PROGRAM = readFileSync(new URL('carrier-program.ts', import.meta.url), 'utf8').replace(
  /'(?:\.\.\/)+(src\/.*)\.ts'/g,
  "'/opt/natcheck/dist/$1.js'",
);

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
    lab = await startProvidedLab();
    server = await startNatcheckServer(lab.server);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  const start = async (nat: string, options: object): Promise<Said> => {
    const place = { server: lab.server.primary, bytes: BYTES, ...options };
    const program = await lab
      .nat(nat)
      .client(0)
      .start(['node', '--input-type=module-typescript', '-e', PROGRAM, JSON.stringify(place)]);
    return JSON.parse(await program.line(/^\{"outcome":/, { timeoutMs: TIMEOUT_MS }));
  };

  it.each([
    ['restricted', 'port-restricted', 'simultaneous-open'],
    ['full-cone', 'symmetric', 'simultaneous-open'],
    ['port-restricted', 'symmetric', 'birthday'],
    ['symmetric', 'port-restricted', 'birthday'],
  ] as const)('%s × %s: all bytes arrive, directly by %s', async (a, b, technique) => {
    const room = `${a}-${b}`;
    const sides = await Promise.all([
      start(a, { id: 'alice', peer: 'bob', room }),
      start(b, { id: 'bob', peer: 'alice', room }),
    ]);
    expect(sides.map(({ outcome, technique, kind }) => [outcome, technique, kind])).toEqual(
      Array(2).fill(['direct', technique, 'direct']),
    );
    expect(sides.map(({ heard }) => heard)).toEqual(sides.toReversed().map(({ sent }) => sent));
    const most = Math.max(...sides.map(({ sockets }) => sockets));
    if (technique === 'birthday') expect(most).toBeGreaterThan(100);
    else expect(most).toBe(1);
  });
});
