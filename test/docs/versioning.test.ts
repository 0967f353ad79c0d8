/** docs/versioning.md names every schema that natcheck prints or reads, and the versions of its protocols. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../src/rendezvous/protocol/client-message.ts';
import { TUNNEL_VERSION } from '../../src/tunnel/handshake/message.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, ROOT), 'utf8');
const page = read('docs/versioning.md');

/** What `natcheck lab` keeps of a running lab for itself. */
const OWN = 'natcheck.lab/1';

it('names every schema', () => {
  const sources = globSync('{cli,lab,server,src}/**/*.ts', { cwd: ROOT }).map(read);
  const printed = new Set(sources.flatMap((source) => source.match(/natcheck\.[a-z-]+\/\d+/g) ?? []));
  printed.delete(OWN);
  const named = [...page.matchAll(/^\| `(natcheck\.[a-z-]+\/\d+)`/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual([...printed].sort());
});

it('leads to the file of each that has one', () => {
  const files = [...page.matchAll(/\((schema\/[^)]+)\)/g)].map(([, file = '']) => file);
  expect(files.filter((file) => !existsSync(new URL(`docs/${file}`, ROOT)))).toEqual([]);
  const there = globSync('schema/*.json', { cwd: new URL('docs/', ROOT) });
  expect(files.toSorted()).toEqual(there.sort());
});

it('names the versions of the protocols', () => {
  expect(page).toContain(`the version of the rendezvous protocol, ${PROTOCOL_VERSION} (`);
  expect(page).toContain(`agree on its version, ${TUNNEL_VERSION}.`);
});
