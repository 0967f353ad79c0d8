import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CODE_OPTIONS, type CodeSources, readCode } from '../../../cli/code/source.ts';
import { markUsed } from '../../../cli/code/used.ts';
import { UsageError } from '../../../src/errors.ts';
import { formatManualLine } from '../../../src/rendezvous/manual/line.ts';
import { formatCode } from '../../../src/tunnel/code/code.ts';
import { keysOf } from '../../../src/tunnel/code/keys.ts';
import { codeFrom } from '../../tunnel/code/codes.ts';

const CODE = codeFrom(1, { server: 'stun.example.org' });
const TEXT = formatCode(CODE);
const dir = mkdtempSync(join(tmpdir(), 'natcheck-code-'));
afterAll(() => rmSync(dir, { recursive: true }));

const { signal } = new AbortController();
const reading = (sources: Partial<CodeSources>) => readCode({ env: {}, signal, ...sources });
const refusal = (sources: Partial<CodeSources>): Promise<unknown> =>
  reading(sources).then(
    () => 'no refusal',
    (error: unknown) => (error instanceof UsageError ? error.message : error),
  );

/** Reads the code from a descriptor of a file with this text. Returns what is left of the file, too. */
async function fromFile(text: string | Uint8Array) {
  const path = join(dir, 'code');
  writeFileSync(path, text);
  const fd = openSync(path, 'r');
  try {
    const code = await reading({ fd }).catch((error: unknown) => String(error));
    return { code, rest: readFileSync(fd, 'utf8') };
  } finally {
    closeSync(fd);
  }
}

describe('an offer', () => {
  const line = {
    ...{ secret: 'the-secret', endpoint: { address: '192.0.2.1', port: 1 }, candidates: [] },
    behavior: { mapping: 'undetermined', filtering: 'undetermined' },
  } as const;
  const offer = formatManualLine({ kind: 'offer', ...line });

  it('comes wherever a code comes, and tells what the two sides share', async () => {
    const given = { offer, secret: 'the-secret' };
    expect(await reading({ argument: offer })).toEqual(given);
    expect(await reading({ env: { NATCHECK_CODE: offer } })).toEqual(given);
    expect(await fromFile(`${offer}\nrest`)).toEqual({ code: given, rest: 'rest' });
  });

  it('that is damaged, or an answer, is told as one', async () => {
    expect(await refusal({ argument: offer.slice(0, -1) })).toMatch(/^this line is damaged/);
    const answer = formatManualLine({ kind: 'answer', ...line });
    expect(await refusal({ env: { NATCHECK_CODE: answer } })).toBe(
      'NATCHECK_CODE: this is an answer: it goes to the side that has made the offer',
    );
  });
});

describe('a code', () => {
  it('comes from the argument, from NATCHECK_CODE, or from a descriptor', async () => {
    expect(await reading({ argument: TEXT })).toEqual(CODE);
    expect(await reading({ env: { NATCHECK_CODE: TEXT } })).toEqual(CODE);
    expect(await fromFile(`${TEXT}\n`)).toEqual({ code: CODE, rest: '' });
    expect(await reading({})).toBeNull();
  });

  it('is one line of the descriptor, and what follows is left there', async () => {
    expect(await fromFile(`${TEXT}\nthe data of a pipe\n`)).toEqual({ code: CODE, rest: 'the data of a pipe\n' });
    expect(await fromFile(`${TEXT}\r\n`)).toEqual({ code: CODE, rest: '' });
    expect(await fromFile(TEXT)).toEqual({ code: CODE, rest: '' });
  });

  it.each([
    [{ argument: TEXT, env: { NATCHECK_CODE: TEXT } }, 'the argument and by NATCHECK_CODE'],
    [{ argument: TEXT, fd: 3 }, 'the argument and by --code-fd'],
    [{ env: { NATCHECK_CODE: '' }, fd: 3 }, 'NATCHECK_CODE and by --code-fd'],
  ])('is given once: %j', async (sources, by) => {
    expect(await refusal(sources)).toBe(`the code is given twice, by ${by}: give it once`);
  });

  it('that is wrong is told with where it came from', async () => {
    const missing = 'it has 24 letters and digits before the @, and a code has 25';
    expect(await refusal({ argument: TEXT.slice(1) })).toBe(`the code is mistyped: ${missing}`);
    expect(await refusal({ env: { NATCHECK_CODE: TEXT.slice(1) } })).toBe(
      `NATCHECK_CODE: the code is mistyped: ${missing}`,
    );
    expect(await refusal({ env: { NATCHECK_CODE: '' } })).toBe(
      'NATCHECK_CODE: the code is empty: natcheck code makes one',
    );
    expect((await fromFile('\n')).code).toBe('UsageError: --code-fd: the code is empty: natcheck code makes one');
  });

  it('that was good for one connection is taken until it has had it', async () => {
    const once = codeFrom('once', { once: true });
    const sources = { argument: formatCode(once), env: { XDG_STATE_HOME: dir } };
    expect(await reading(sources)).toEqual(once);
    await markUsed(keysOf(once.secret).room, sources.env);
    expect(await refusal(sources)).toMatch(/^this code was good for one connection, which it has had/);
  });

  it('is asked for by an option that names the other way', () => {
    expect(CODE_OPTIONS['code-fd'].describe).toContain('NATCHECK_CODE');
  });

  it.each([-1, 1.5, 2 ** 31, Number.POSITIVE_INFINITY])('is not read from descriptor %s', async (fd) => {
    expect(await refusal({ fd })).toBe('--code-fd takes the number of an open file descriptor, such as 3');
  });

  it('is not read from a descriptor that is closed, or is a directory', async () => {
    expect(await refusal({ fd: 1_000_000 })).toBe('--code-fd 1000000 cannot be read: no file is open there [EBADF]');
    const fd = openSync(dir, 'r');
    expect(await refusal({ fd })).toMatch(/^--code-fd \d+ cannot be read: .*EISDIR/);
    closeSync(fd);
  });

  it('is too long where a line does not end, and no more of it is read than a code may have', async () => {
    const { code, rest } = await fromFile(new Uint8Array(100_000));
    expect(code).toBe('UsageError: --code-fd: this is not a code: one has 646 characters at most');
    expect(100_000 - rest.length).toBe(4 * 646 + 1);
  });
});
