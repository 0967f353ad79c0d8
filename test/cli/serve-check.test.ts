/** `natcheck serve --check`: what it prints, what it ends with, and that it serves only when told to. */
import { describe, expect, it } from 'vitest';
import { startServer } from '../../server/index.ts';
import { natcheckHere, natcheckReadyHere } from './here.ts';

const [A, B, OWN] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const ANY_PORTS = { port: 0, altPort: 0, httpPort: 0 };
const WORDS = ['serve', '--ip', OWN, '--port', '0', '--alt-port', '0'];

async function startNode(ip: readonly string[]) {
  const server = await startServer({ ip, ...ANY_PORTS });
  return {
    server,
    altPort: server.layouts[0]?.altPort,
    through: ['--check-through', `${ip[0]}:${server.layouts[0]?.port}`],
  };
}

const TCP = `TCP ${OWN}:3480 +not tested, since nobody connects back; with the server running, on another machine: curl http://${OWN}:3480/healthz\n`;

describe('natcheck serve --check', () => {
  it('ends with 0 where every UDP port is reached', async () => {
    const { server, altPort, through } = await startNode([A, B]);
    await using _node = server;
    const { stdout, ...ended } = await natcheckHere([...WORDS, '--check', ...through]);
    const reached = `UDP ${OWN}:\\d+ +reached: ${B}:${altPort} came in unasked\n`;
    expect(stdout).toMatch(new RegExp(`^${reached}${reached}${TCP}$`));
    expect(ended).toEqual({ code: 0, signal: null, stderr: '' });
  });

  it('ends with 7 where another address is announced than is seen', async () => {
    const { server, through } = await startNode([A, B]);
    await using _node = server;
    const { code, stdout } = await natcheckHere([...WORDS.with(2, `${OWN}=203.0.113.10`), '--check', ...through]);
    expect(stdout).toMatch(
      /^UDP 203\.0\.113\.10:(\d+) +WRONG: 127\.0\.0\.1:\d+ sees it as 127\.0\.0\.3:\1; nothing translates it: give --ip 127\.0\.0\.3$/m,
    );
    expect(code).toBe(7);
  });

  it('ends with 4 where a server with one address cannot tell', async () => {
    const { server, through } = await startNode([A]);
    await using _node = server;
    expect(await natcheckHere([...WORDS, '--check', ...through])).toMatchObject({ code: 4, stderr: '' });
  });

  it('at the start prints the same on stderr, and serves then', async () => {
    const { server, through } = await startNode([A, B]);
    await using _node = server;
    await using served = await natcheckReadyHere([...WORDS, '--http-port', '0', '--check-at-start', ...through]);
    expect(served.lines[0]).toMatch(/^UDP {4}127\.0\.0\.3:\d+ {2}127\.0\.0\.3:\d+$/);
    const { code, stderr } = await served.end('SIGTERM');
    expect(code).toBe(0);
    expect(stderr.match(/^UDP 127\.0\.0\.3:\d+ +reached: /gm)).toHaveLength(2);
  });

  it.each([
    [['--check', '--check-at-start'], '--check does not serve: it cannot go with --check-at-start'],
    [['--check-through', A], '--check-through is of use only with --check or --check-at-start'],
    [['--check', '--check-through', 'a b'], "'a b' is not a server: write HOST, HOST:PORT or [IPv6]:PORT"],
  ])('%j, used wrongly, says so in one line', async (words, line) => {
    expect(await natcheckHere([...WORDS, ...words])).toMatchObject({
      code: 2,
      stderr: `natcheck: ${line}\n`,
      stdout: '',
    });
  });
});
