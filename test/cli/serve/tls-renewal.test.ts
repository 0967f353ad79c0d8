/** A certificate whose files are replaced while the server runs. */
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { keepRenewed } from '../../../cli/commands/serve/tls-renewal.ts';
import type { LogFields, Tls } from '../../../server/index.ts';
import { StartError } from '../../../server/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'natcheck-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
const write = (cert: string, key: string): void => {
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
};
beforeEach(() => write('cert 1', 'key 1'));

/** A server that takes a certificate and a key of the same number. */
function start() {
  const used: Tls[] = [];
  const told: (LogFields | undefined)[] = [];
  let wake = (): void => {};
  const renewTls = (tls: Tls): void => {
    if (tls.cert.slice(-1) !== tls.key.slice(-1)) throw new StartError('bad-tls', 'not a pair');
    used.push(tls);
    wake();
  };
  const log = (_level: string, _event: string, fields?: LogFields): void => {
    told.push(fields);
    wake();
  };
  const renewal = keepRenewed({ server: { renewTls }, log, files, tls: { cert: 'cert 1', key: 'key 1' }, everyMs: 5 });
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { renewal, used, told, until };
}

it('is used when its files are others', async () => {
  const { renewal, used, told, until } = start();
  using _renewal = renewal;
  write('cert 2', 'key 2');
  await until(() => used.length > 0);
  expect([
    used.at(-1),
    told.filter((fields) => fields?.message !== 'not a pair; the former certificate stays'),
  ]).toEqual([{ cert: 'cert 2', key: 'key 2' }, []]);
});

it('is used when the link to it leads elsewhere', async () => {
  for (const number of [1, 2]) writeFileSync(join(folder, `cert-${number}`), `cert ${number}`);
  symlinkSync('cert-1', join(folder, 'link-1'));
  renameSync(join(folder, 'link-1'), files.cert);
  const { renewal, used, told, until } = start();
  using _renewal = renewal;
  symlinkSync('cert-2', join(folder, 'link-2'));
  renameSync(join(folder, 'link-2'), files.cert);
  await until(() => told.length > 0);
  writeFileSync(files.key, 'key 2');
  await until(() => used.length > 0);
  expect([used, told]).toEqual([
    [{ cert: 'cert 2', key: 'key 2' }],
    [{ message: 'not a pair; the former certificate stays' }],
  ]);
  rmSync(files.cert);
});

it('is used when that is asked for, different or not', async () => {
  const { renewal, used } = start();
  using _renewal = renewal;
  await renewal.renew();
  expect(used).toEqual([{ cert: 'cert 1', key: 'key 1' }]);
});

it('that is gone is told once, as often as it is looked for, and each time that is asked for', async () => {
  const { renewal, used, told, until } = start();
  using _renewal = renewal;
  rmSync(files.key);
  await until(() => told.length > 0);
  await renewal.renew();
  const message = `cannot read the --tls-key file ${files.key}: there is no such file or directory [ENOENT]; the former certificate stays`;
  expect(told).toEqual([{ message }, { message }]);
  writeFileSync(files.key, 'key 1');
  writeFileSync(files.cert, 'another cert 1');
  await until(() => used.length > 0);
  expect(used).toEqual([{ cert: 'another cert 1', key: 'key 1' }]);
});
