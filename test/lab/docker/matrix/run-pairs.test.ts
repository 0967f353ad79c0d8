import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Both, PunchedSide } from '../../../../lab/docker/matrix/cell.ts';
import { type MatrixPeer, runPairs } from '../../../../lab/docker/matrix/run-pairs.ts';
import { CLASSIC_NATS, FULL_CONE } from '../../../../lab/profiles.ts';
import { behind, direct, failed } from './example.ts';

const PEERS: readonly MatrixPeer[] = CLASSIC_NATS.map((profile) => ({ name: profile.name, access: behind(profile) }));
/** The columns are sites of their own. */
const BOTH = { rows: PEERS, columns: PEERS.map((peer) => ({ ...peer })) };
const NO_PATH = ['symmetric symmetric'];

const nameOf = (a: MatrixPeer, b: MatrixPeer): string => `${a.name} ${b.name}`;
const rightEnd = (a: MatrixPeer, b: MatrixPeer): Both<PunchedSide> =>
  NO_PATH.includes(nameOf(a, b)) ? [failed('no-path'), failed('no-path')] : [direct(12), direct(15)];

/** Pairs that end when they are told to, in the order in which they were begun. */
function heldPairs() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const punchPair = (a: MatrixPeer, b: MatrixPeer): Promise<Both<PunchedSide>> => {
    begun.push(nameOf(a, b));
    return new Promise((resolve) => ends.push(() => resolve(rightEnd(a, b))));
  };
  return { begun, ends, punchPair };
}

describe('all pairs', () => {
  it('are in the matrix row by row, whatever the order in which they end', async () => {
    const ended: string[] = [];
    const times = [1000.2, 24_900.9];
    const matrix = await runPairs({
      ...BOTH,
      punchPair: async (a, b) => rightEnd(a, b),
      onCell: ({ cell, done, total }) => ended.push(`${done}/${total} ${cell.a} ${cell.b}`),
      now: () => times.shift() ?? 0,
    });
    const { cells, ...rest } = matrix;
    const names = PEERS.map(({ name }) => name);
    expect(rest).toEqual({
      schema: 'natcheck.lab-matrix/1',
      rows: names,
      columns: names,
      isAsExpected: true,
      elapsedMs: 23_901,
    });
    expect(cells.map(({ a, b }) => [a, b])).toEqual(names.flatMap((a) => names.map((b) => [a, b])));
    expect(ended).toHaveLength(16);
    expect([ended[0], ended[15]]).toEqual(['1/16 port-restricted symmetric', '16/16 symmetric restricted']);
  });

  it('are judged by the accesses of their sites', async () => {
    const { isAsExpected, cells } = await runPairs({ ...BOTH, punchPair: async () => [direct(1), direct(1)] });
    expect(isAsExpected).toBe(false);
    expect(cells.filter((cell) => !cell.isAsExpected).map(({ a, b }) => `${a} ${b}`)).toEqual(NO_PATH);
  });

  it('begin with those that take long, and go on beside each other, but never two behind one router', async () => {
    const { begun, ends, punchPair } = heldPairs();
    const running = runPairs({ ...BOTH, punchPair });
    expect(begun).toEqual([
      'port-restricted symmetric',
      'symmetric port-restricted',
      'full-cone full-cone',
      'restricted restricted',
    ]);
    // The last one begun ends first: those that wait hold up nobody else.
    const under = new Set(begun);
    while (ends.length > 0) {
      const [rows, columns] = [0, 1].map((side) => [...under].map((pair) => pair.split(' ')[side]));
      expect([new Set(rows).size, new Set(columns).size]).toEqual([under.size, under.size]);
      const last = [...under].at(-1) ?? '';
      under.delete(last);
      ends.splice(-1)[0]?.();
      const before = begun.length;
      await turn();
      for (const pair of begun.slice(before)) under.add(pair);
    }
    expect((await running).cells).toHaveLength(16);
    expect(new Set(begun).size).toBe(16);
  });

  it('are eight at once at most', async () => {
    const { begun, ends, punchPair } = heldPairs();
    const many = Array.from(
      { length: 12 },
      (_, index): MatrixPeer => ({ name: `${index}`, access: behind(FULL_CONE) }),
    );
    const columns = many.map((peer) => ({ ...peer }));
    const abort = new AbortController();
    const running = runPairs({ rows: many, columns, punchPair, signal: abort.signal });
    expect(begun).toHaveLength(8);
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    for (const end of ends) end();
  });

  it('may be more rows than columns', async () => {
    const punchPair = async (a: MatrixPeer, b: MatrixPeer) => rightEnd(a, b);
    const { cells } = await runPairs({ rows: PEERS.slice(0, 3), columns: PEERS.slice(0, 1), punchPair });
    expect(cells.map(({ a, b }) => `${a} ${b}`)).toEqual([
      'full-cone full-cone',
      'restricted full-cone',
      'port-restricted full-cone',
    ]);
  });
});

describe('a matrix that is cut short', () => {
  it('ends by the reason of the signal at once, and begins no further pair', async () => {
    const { begun, ends, punchPair } = heldPairs();
    const abort = new AbortController();
    const shown: string[] = [];
    const onCell = ({ cell }: { cell: { a: string } }) => shown.push(cell.a);
    const running = runPairs({ ...BOTH, punchPair, signal: abort.signal, onCell });
    abort.abort(new Error('Ctrl-C'));
    await expect(running).rejects.toThrow('Ctrl-C');
    for (const end of ends) end();
    await turn();
    expect([begun.length, shown]).toEqual([4, []]);
  });

  it('begins none when the signal has aborted before', async () => {
    const { begun, punchPair } = heldPairs();
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(runPairs({ ...BOTH, punchPair, signal })).rejects.toThrow('Ctrl-C');
    expect(begun).toEqual([]);
  });

  it('ends by what a pair throws, and begins no further one', async () => {
    const { begun, ends, punchPair } = heldPairs();
    const running = runPairs({
      ...BOTH,
      punchPair: (a, b) => {
        const held = punchPair(a, b);
        return begun.length === 4 ? Promise.reject(new Error('no such container')) : held;
      },
    });
    await expect(running).rejects.toThrow('no such container');
    for (const end of ends) end();
    await turn();
    expect(begun).toHaveLength(4);
  });
});
