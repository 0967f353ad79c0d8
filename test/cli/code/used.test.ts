import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isUsed, markUsed, refuseUsed } from '../../../cli/code/used.ts';
import { UsageError } from '../../../src/errors.ts';
import { keysOf } from '../../../src/tunnel/code/keys.ts';
import { codeFrom } from '../../tunnel/code/codes.ts';

const ONCE = codeFrom('once', { once: true });
const { room } = keysOf(ONCE.secret);
const REMEDY = 'codes for one connection are remembered there; remove it, or name another place with XDG_STATE_HOME';

let state = '';
const env = () => ({ XDG_STATE_HOME: state });
const dir = (): string => join(state, 'natcheck', 'used-codes');
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'natcheck-used-'));
});
afterEach(() => rmSync(state, { recursive: true }));

const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof UsageError ? error.message : error),
  );

describe('a code for one connection', () => {
  it('is refused once it has been used', async () => {
    await refuseUsed(ONCE, env());
    await markUsed(room, env());
    expect(await refusal(refuseUsed(ONCE, env()))).toBe(
      'this code was good for one connection, which it has had: natcheck code --once makes another',
    );
  });

  it('is one of many: no other is refused, nor one that is good for ever', async () => {
    await markUsed(room, env());
    await refuseUsed(codeFrom('another', { once: true }), env());
    await refuseUsed({ ...ONCE, once: false }, env());
  });

  it('is remembered by its room alone, for this user alone', async () => {
    await markUsed(room, env());
    await markUsed(room, env());
    expect(readdirSync(dir())).toEqual([room]);
    expect(statSync(dir()).mode & 0o777).toBe(0o700);
    const file = statSync(join(dir(), room));
    expect([file.mode & 0o777, file.size]).toEqual([0o600, 0]);
  });

  it('is remembered under the home directory where XDG_STATE_HOME names no absolute path', async () => {
    for (const at of [undefined, '', 'relative']) {
      await markUsed(`room-${at}`, { HOME: state, XDG_STATE_HOME: at });
    }
    expect(readdirSync(join(state, '.local/state/natcheck/used-codes')).toSorted()).toEqual([
      'room-',
      'room-relative',
      'room-undefined',
    ]);
    expect(existsSync('relative')).toBe(false);
  });

  it('is remembered by two processes at once', async () => {
    const rooms = Array.from({ length: 40 }, (_, index) => `room-${index % 20}`);
    await Promise.all(rooms.map((each) => markUsed(each, env())));
    expect(readdirSync(dir()).length).toBe(20);
  });

  it('is forgotten when a thousand others have been used since', async () => {
    mkdirSync(dir(), { recursive: true, mode: 0o700 });
    for (let index = 0; index < 1_000; index++) {
      const path = join(dir(), `room-${index}`);
      writeFileSync(path, '');
      utimesSync(path, index, index);
    }
    await markUsed(room, env());
    expect(readdirSync(dir()).length).toBe(1_000);
    expect([await isUsed('room-0', env()), await isUsed('room-1', env()), await isUsed(room, env())]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('the memory of used codes', () => {
  it('is not read: a file of any size and kind in it means that the code has been used', async () => {
    await markUsed('first', env());
    writeFileSync(join(dir(), room), Buffer.alloc(5_000_000, 0xff));
    symlinkSync('/nowhere', join(dir(), 'link'));
    mkdirSync(join(dir(), 'folder'));
    for (const each of [room, 'link', 'folder']) expect(await isUsed(each, env())).toBe(true);
    for (const each of [room, 'link', 'folder']) await markUsed(each, env());
    expect(existsSync('/nowhere')).toBe(false);
  });

  it('survives what cannot be removed from it', async () => {
    await markUsed(room, env());
    for (let index = 0; index < 1_000; index++) mkdirSync(join(dir(), `folder-${index}`));
    utimesSync(join(dir(), room), 0, 0);
    await markUsed('another', env());
    expect(await isUsed('another', env())).toBe(true);
  });

  it.each([
    ['is a symbolic link', (path: string) => symlinkSync(tmpdir(), path)],
    ['is not a directory', (path: string) => writeFileSync(path, 'binary \0')],
    ['may be entered by others than you (mode 0755)', (path: string) => mkdirSync(path)],
  ])('that %s is not believed, and the way out is told', async (problem, plant) => {
    mkdirSync(join(state, 'natcheck'));
    plant(dir());
    if (problem.includes('0755')) chmodSync(dir(), 0o755);
    const message = `${dir()} ${problem}: ${REMEDY}`;
    expect(await refusal(refuseUsed(ONCE, env()))).toBe(message);
    expect(await refusal(markUsed(room, env()))).toBe(message);
  });

  it('is not needed for a code that is good for ever', async () => {
    writeFileSync(join(state, 'natcheck'), '');
    await refuseUsed({ ...ONCE, once: false }, env());
    expect(await refusal(refuseUsed(ONCE, env()))).toMatch(
      /natcheck\/used-codes cannot be made, because .*: codes for/,
    );
  });
});
