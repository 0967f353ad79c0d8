/** A lab file on a disk, with what it names beside it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problemIn } from '../../../lab/file/lab-file-error.ts';
import { readLabFile } from '../../../lab/file/read.ts';

describe('a lab file on a disk', () => {
  let dir: string;
  const at = (name: string): string => join(dir, name);
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
    await mkdir(at('image'));
    await writeFile(at('image/Dockerfile'), 'FROM scratch\n');
    await writeFile(at('peer.conf'), '');
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('has full paths of what is beside it, and the places of it', async () => {
    const text =
      'sides:\n  build: image\n  files: { /etc/x/../peer.conf: peer.conf, /data/: . }\nsuccess: { exit: 0 }\n';
    await writeFile(at('lab.yml'), text);
    const file = await readLabFile(at('lab.yml'));
    expect(file.sides[0]).toMatchObject({
      source: { kind: 'build', dockerfile: at('image/Dockerfile'), context: at('image') },
      files: { '/etc/peer.conf': at('peer.conf'), '/data': dir },
      command: null,
    });
    expect(file.places.get('sides.b.source')).toEqual({ line: 2, column: 10, path: 'sides.build' });
    expect(problemIn(file, 'sides.a.source', 'this cannot be built').message).toBe(
      `${at('lab.yml')}:2:10: sides.build: this cannot be built`,
    );
  });

  it('is refused if something beside it is missing', async () => {
    const text =
      'sides: { build: { context: image, dockerfile: Other }, files: { /a: gone } }\npublic: { relay: { build: peer.conf } }\nsuccess: { exit: 0 }\n';
    await writeFile(at('lab.yml'), text);
    const message = [
      `${at('lab.yml')}:1:47: sides.build.dockerfile: there is no Dockerfile ${at('image/Other')}`,
      `${at('lab.yml')}:1:69: sides.files["/a"]: there is nothing at ${at('gone')}`,
      `${at('lab.yml')}:2:27: public.relay.build: there is no folder at ${at('peer.conf')}`,
    ].join('\n');
    await expect(readLabFile(at('lab.yml'))).rejects.toThrow(expect.objectContaining({ message }));
  });

  it('is refused if it cannot be read, or is not text that somebody wrote', async () => {
    await writeFile(at('latin'), Buffer.from([0x61, 0xe9]));
    await writeFile(at('big'), '#'.repeat(1_000_001));
    const said = (name: string): Promise<unknown> => readLabFile(at(name)).catch((error: Error) => error.message);
    expect(await said('gone')).toBe(`${at('gone')}:1:1: there is no such file`);
    expect(await said('image')).toBe(`${at('image')}:1:1: this is a folder, and a lab file is needed`);
    expect(await said('latin')).toBe(`${at('latin')}:1:1: this is no text in UTF-8`);
    expect(await said('big')).toBe(
      `${at('big')}:1:1: this has more than 1000000 bytes, and a lab file is written by hand`,
    );
  });
});
