/** A real nginx on loopback, with the configuration that the documentation gives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../cli/free-port.ts';
import { type DebianProgram, findDebianProgram } from '../../debian-program.ts';

const DOCS = new URL('../../../docs/browser.md', import.meta.url);

/** The program, or why there is none here. */
export function findNginx(): DebianProgram | string {
  return findDebianProgram({ name: 'nginx', packages: ['nginx', 'libpcre2-8-0'], place: 'usr/sbin' });
}

export interface Nginx extends AsyncDisposable {
  /** The page below a path, as docs/browser.md has it. */
  readonly url: string;
  /** The same, where the Upgrade is not passed on. */
  readonly withoutUpgrade: string;
}

/** @param httpPort of the natcheck server on 127.0.0.1. */
export async function startNginx(found: DebianProgram, httpPort: number): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'natcheck-nginx-'));
  const [port, otherPort] = [await freePort(), await freePort()];
  const location = documented().replace('127.0.0.1:3480', `127.0.0.1:${httpPort}`);
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    configOf(folder, [
      { port, location },
      { port: otherPort, location: location.replaceAll(/^.*(?:Upgrade|Connection).*$/gm, '') },
    ]),
  );
  const child = spawn(found.path, ['-p', folder, '-c', config, '-e', 'stderr'], {
    env: { ...process.env, ...found.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  // By then it listens.
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.includes('event method')) break;
  }
  child.stderr.resume();
  if (child.exitCode !== null) throw new Error(said.join('\n'));
  const path = /^location (\S+) /m.exec(location)?.[1];
  return {
    url: `http://127.0.0.1:${port}${path}`,
    withoutUpgrade: `http://127.0.0.1:${otherPort}${path}`,
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      if (child.kill('SIGKILL')) await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The one `location` of docs/browser.md. */
function documented(): string {
  const found = /^```nginx\n(.*?)^```$/ms.exec(readFileSync(DOCS, 'utf8'))?.[1];
  if (found === undefined) throw new Error('docs/browser.md has no configuration of nginx');
  return found;
}

function configOf(folder: string, servers: readonly { readonly port: number; readonly location: string }[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    ...['daemon off;', 'master_process off;', `pid ${join(folder, 'pid')};`, 'error_log stderr notice;', 'events {}'],
    ...['http {', 'access_log off;', ...temporary.map((name) => `${name}_temp_path ${join(folder, name)};`)],
    ...servers.map(({ port, location }) => `server { listen 127.0.0.1:${port};\n${location}\n}`),
    '}',
  ].join('\n');
}
