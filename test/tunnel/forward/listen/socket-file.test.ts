/** Socket files at both ends of a forward. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import { connectClient, echo, join, openTarget, readAll } from '../targets.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), 'natcheck-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a process leaves behind that was killed while it listened there. */
function leaveSocket(path: string): void {
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program]);
}

describe('a socket file', () => {
  it('is forwarded to a socket file, and removed in the end', async () => {
    await using _target = await openTarget(echo, `${folder}/target`);
    const joined = await join({
      ...{ expose: [`${folder}/target`], forward: ['0:1', `${folder}/listen:${folder}/target`] },
    });
    const client = await connectClient(`${folder}/listen`);
    client.end('by file');
    expect(String(await readAll(client))).toBe('by file');
    expect(joined.forwarded[0]).toMatchObject({ target: `${folder}/target`, client: null });
    expect((await stat(`${folder}/listen`)).mode & 0o777).toBe(0o600);
    await joined[Symbol.asyncDispose]();
    expect(existsSync(`${folder}/listen`)).toBe(false);
  });

  it('that another process has left behind is taken over', async () => {
    leaveSocket(`${folder}/stale`);
    expect(existsSync(`${folder}/stale`)).toBe(true);
    await using target = await openTarget(echo);
    await using _joined = await join({
      ...{ expose: [String(target.port)], forward: ['0:1', `${folder}/stale:${target.port}`] },
    });
    const client = await connectClient(`${folder}/stale`);
    client.end('taken over');
    expect(String(await readAll(client))).toBe('taken over');
  });

  it.each([
    [
      'in use',
      async (path: string) => openTarget(echo, path),
      'is in use: end the process that listens there, or choose another path',
    ],
    [
      'that is a file',
      async (path: string) => writeFile(path, 'mine'),
      'is there already, and is no socket: choose another path',
    ],
  ])('%s is left alone', async (name, make, sentence) => {
    const path = `${folder}/${name.replaceAll(' ', '-')}`;
    const made = await make(path);
    const joining = join({ expose: ['22'], forward: [`0:22`, `${path}:22`] });
    await expect(joining).rejects.toThrow(new UsageError(`${path} ${sentence}`));
    if (made) await made[Symbol.asyncDispose]();
    else expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('in a folder that is not there is refused in words', async () => {
    const joining = join({ expose: ['22'], forward: ['0:22', `${folder}/none/listen:22`] });
    await expect(joining).rejects.toThrow(
      new UsageError(`cannot listen on ${folder}/none/listen: there is no such file or directory [ENOENT]`),
    );
  });
});
