/** The certificate of a server and its key, in two files. */
import { readFile } from 'node:fs/promises';
import type { Tls } from '../../../server/index.ts';
import { UsageError } from '../../../src/errors.ts';
import { explainFileCode } from '../../../src/net/explain-code.ts';

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** @throws UsageError when only one of the two is given. */
export function tlsFiles({
  'tls-cert': cert,
  'tls-key': key,
}: {
  readonly 'tls-cert': string | undefined;
  readonly 'tls-key': string | undefined;
}): TlsFiles | null {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) throw new UsageError('--tls-cert and --tls-key must be given together');
  return { cert, key };
}

/** @throws UsageError when a file cannot be read. */
export async function readTls({ cert, key }: TlsFiles): Promise<Tls> {
  const read = (option: string, path: string): Promise<string> =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`cannot read the --${option} file ${path}: ${explainFileCode(error.code ?? error.message)}`);
    });
  return { cert: await read('tls-cert', cert), key: await read('tls-key', key) };
}
