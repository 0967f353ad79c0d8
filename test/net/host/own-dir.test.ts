/** Whether a directory is this user's alone is asked before anything in it is believed. */
import { chmod, chown, lstat, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { openOwnFile, ownDir } from '../../../src/net/host/own-dir.ts';

const NOBODY = 65_534;
const UID = process.getuid?.() ?? 0;
const REMEDY = 'remove it, or set XDG_CACHE_HOME';

let base: string;
let dir: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  dir = join(base, 'a', 'b');
});
afterEach(() => rm(base, { recursive: true }));

const refusal = (problem: string): UsageError => new UsageError(`${dir} ${problem}: ${REMEDY}`);
const use = (): Promise<string> => ownDir(dir, { remedy: REMEDY });

describe('a directory for this user alone', () => {
  it('is made with the way to it, so that nobody else may enter it', async () => {
    expect(await use()).toBe(dir);
    expect((await lstat(dir)).mode & 0o777).toBe(0o700);
    expect((await lstat(join(base, 'a'))).mode & 0o777).toBe(0o700);
  });

  it('is used again when it is there', async () => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    expect(await use()).toBe(dir);
  });

  it.each([0o777, 0o770, 0o750, 0o701])('with mode %i, which lets in others, is refused', async (mode) => {
    await mkdir(dir, { recursive: true });
    await chmod(dir, mode);
    await expect(use()).rejects.toThrow(refusal(`may be entered by others than you (mode 0${mode.toString(8)})`));
  });

  it('that is a symbolic link is refused, even to a directory that would do', async () => {
    await mkdir(join(base, 'good'), { mode: 0o700 });
    await mkdir(join(base, 'a'));
    await symlink(join(base, 'good'), dir);
    await expect(use()).rejects.toThrow(refusal('is a symbolic link'));
  });

  it('whose link leads nowhere is refused, and nothing is made where it points', async () => {
    await mkdir(join(base, 'a'));
    await symlink(join(base, 'elsewhere'), dir);
    await expect(use()).rejects.toThrow(refusal('is a symbolic link'));
    await expect(lstat(join(base, 'elsewhere'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that is a file is refused', async () => {
    await mkdir(join(base, 'a'));
    await writeFile(dir, '');
    await expect(use()).rejects.toThrow(refusal('is not a directory'));
  });

  it.runIf(UID === 0)('that another user has planted is refused, with the name of the owner', async () => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await chown(dir, NOBODY, NOBODY);
    await expect(use()).rejects.toThrow(refusal('belongs to user 65534, and you are user 0'));
  });

  it('that cannot be made is refused with the reason', async () => {
    await writeFile(join(base, 'a'), '');
    await expect(use()).rejects.toThrow(
      refusal('cannot be made, because something on the way to it is no directory [ENOTDIR]'),
    );
  });
});

describe('a file in it', () => {
  it("is opened when it is this user's", async () => {
    const path = join(base, 'file');
    await writeFile(path, 'whole');
    await using file = await openOwnFile(path);
    expect(await file.readFile('utf8')).toBe('whole');
  });

  it('that is a link is not followed', async () => {
    const path = join(base, 'link');
    await writeFile(join(base, 'file'), '');
    await symlink(join(base, 'file'), path);
    await expect(openOwnFile(path)).rejects.toThrow(new UsageError(`${path} is a symbolic link: remove it`));
  });

  it('that is a directory is none', async () => {
    await expect(openOwnFile(base)).rejects.toThrow(new UsageError(`${base} is not a file: remove it`));
  });

  it.runIf(UID === 0)('that another user has planted is refused', async () => {
    const path = join(base, 'file');
    await writeFile(path, '');
    await chown(path, NOBODY, NOBODY);
    const line = `${path} belongs to user 65534, and you are user 0: remove it`;
    await expect(openOwnFile(path)).rejects.toThrow(new UsageError(line));
  });
});
