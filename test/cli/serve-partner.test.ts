/** `natcheck serve --partner`, as two processes: what each says of the other, and that both are found as one server. */
import { describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { natcheckHere } from './here.ts';
import { natcheckStarted, type Started } from './natcheck.ts';

const HOME = '127.0.0.1';
const AWAY = '127.0.0.2';
const SECRET = { NATCHECK_PARTNER_SECRET: 'what both of the partners know' };
const UP = /tests are available\n/;
const DOWN = /does not answer\n/;
const ONE_SERVER = { code: 0, verdict: 'open', filtering: null };

/** Resolves when it says once more what it may have said before. */
function saidAgain(server: Started, pattern: RegExp): Promise<void> {
  const before = server.spoken().split(pattern).length - 1;
  return server.said(new RegExp(`(?:${pattern.source}[\\s\\S]*?){${before + 1}}`));
}

/** A server at one address that has the other for a partner. */
async function createPlaces() {
  const [port, altPort] = [await freePort(), await freePort()];
  const serve = (ip: string, partner: string, env = SECRET): Started =>
    natcheckStarted(
      ['serve', '--ip', ip, '--port', `${port}`, '--alt-port', `${altPort}`, '--http-port', '0', '--partner', partner],
      env,
    );
  const detect = async () => {
    const { stdout, code } = await natcheckHere(['detect', '--json', '--server', `${HOME}:${port}`]);
    const { verdict, filtering } = JSON.parse(stdout);
    return { code, verdict: verdict.type, filtering: filtering.reason };
  };
  return { serve, detect };
}

describe('two servers that are partners', () => {
  it('are one for a detection, which needs both, and which a dead one makes modest until it is back', async () => {
    const { serve, detect } = await createPlaces();
    await using home = serve(HOME, AWAY);
    await using away = serve(AWAY, `wss://${HOME}:3480`);
    await Promise.all([home.said(UP), away.said(UP)]);
    expect(home.spoken()).toContain(`partner ${AWAY}: the IPv4 behaviour tests are available\n`);
    expect(await detect()).toEqual(ONE_SERVER);

    const stopped = saidAgain(home, DOWN);
    process.kill(away.pid, 'SIGSTOP');
    await stopped;
    expect(await detect()).toMatchObject({ filtering: 'server-has-one-address' });

    const goesOn = saidAgain(home, UP);
    process.kill(away.pid, 'SIGCONT');
    await goesOn;
    expect(await detect()).toEqual(ONE_SERVER);

    const killed = saidAgain(home, DOWN);
    process.kill(away.pid, 'SIGKILL');
    await killed;
    const isBack = saidAgain(home, UP);
    await using again = serve(AWAY, HOME);
    await Promise.all([isBack, again.said(UP)]);
    expect(await detect()).toEqual(ONE_SERVER);
  });

  it('say so where they have two secrets', async () => {
    const { serve, detect } = await createPlaces();
    await using home = serve(HOME, AWAY);
    await using _away = serve(AWAY, HOME, { NATCHECK_PARTNER_SECRET: 'what only one of them knows' });
    await home.said(/same secret\n/);
    expect(home.spoken()).toContain(
      `partner ${AWAY}: no IPv4 behaviour tests, what comes from it was not sealed with the same secret\n`,
    );
    expect((await detect()).filtering).toBe('server-has-one-address');
  });
});

describe('the options of a partner', () => {
  it.each([
    [['--partner', AWAY], '--partner needs the secret of both servers: NATCHECK_PARTNER_SECRET, or --partner-secret'],
    [['--partner-secret', 'x'.repeat(22)], '--partner-secret is of use only with --partner'],
    [['--partner', AWAY, '--partner-secret', 'short'], 'the partner secret must have 22 to 256 characters'],
    [
      ['--partner', AWAY, '--partner-secret', 'x'.repeat(22), '--ip', '127.0.0.3'],
      'a partner is of use only in a family of which the server has one address',
    ],
  ])('are refused in one line: %j', async (words, message) => {
    const { code, stderr } = await natcheckHere(['serve', '--ip', HOME, ...words], { NATCHECK_PARTNER_SECRET: '' });
    expect([code, stderr.split('\n')[0]]).toEqual([2, `natcheck: ${message}`]);
  });
});
