/** `natcheck code`: what it prints, from the same process and from two. */
import { describe, expect, it } from 'vitest';
import { parseCode } from '../../../src/tunnel/code/parse.ts';
import { natcheckHere } from '../here.ts';
import { natcheck } from '../natcheck.ts';

const read = (stdout: string) => {
  const parsed = parseCode(stdout);
  if (!parsed.ok) throw new Error(parsed.message);
  const { secret, ...rest } = parsed.code;
  return { secret, rest };
};

describe('natcheck code', () => {
  it.each([
    [[], {}, { once: false, server: null }],
    [['--once'], {}, { once: true, server: null }],
    [['--server', 'Stun.Example.org:3479'], {}, { once: false, server: 'stun.example.org:3479' }],
    [[], { NATCHECK_SERVER: 'env.example' }, { once: false, server: 'env.example' }],
    [['--server', 'flag.example'], { NATCHECK_SERVER: 'env.example' }, { once: false, server: 'flag.example' }],
  ])('%j with %j prints a code, and nothing else', async (words, env, expected) => {
    const { code, stdout, stderr } = await natcheckHere(['code', ...words], { NATCHECK_SERVER: '', ...env });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^([2-9a-hjkmnp-z]{5}-){4}[2-9a-hjkmnp-z]{5}(@\S+)?\n$/);
    expect(read(stdout).rest).toEqual({ version: 1, ...expected });
  });

  it('prints another one each time', async () => {
    const both = await Promise.all([natcheck(['code']), natcheck(['code'])]);
    const [first, second] = both.map(({ stdout }) => read(stdout).secret);
    expect(first).not.toBe(second);
  });

  it.each([['a b'], ['http://stun.example.org'], ['[fe80::1%eth0]:3478'], ['x'.repeat(260)]])(
    'makes none for the server %j, and says what to write',
    async (server) => {
      const { code, stdout, stderr } = await natcheckHere(['code', '--server', server]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^natcheck: .+\n$/);
    },
  );
});
