/** coturn's own client, behind a real NAT, relays through `natcheck serve --relay`, and loses nothing (coturn 4.6.1). */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExecResult, type Lab, startNatcheckServer } from '../../../../lab/index.ts';
import { turnServerFor } from '../../../../server/turn/turn-servers.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { describeLab } from '../provided.ts';
import { startPunch } from './run.ts';

const MESSAGES = 20;

interface Statistics {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
}

/** What `turnutils_uclient` says at its end. */
function parseStatistics(stdout: string): Statistics {
  const number = (pattern: RegExp): number => Number([...stdout.matchAll(pattern)].at(-1)?.[1] ?? Number.NaN);
  return {
    sent: number(/tot_send_msgs=(\d+)/g),
    received: number(/tot_recv_msgs=(\d+)/g),
    lost: number(/Total lost packets (\d+)/g),
  };
}

/** Sessions in pairs, each relaying to the other's relayed endpoint (-y), without a second port for RTCP (-c). */
function uclient(server: string, options: readonly string[]): readonly string[] {
  return ['turnutils_uclient', '-v', '-y', '-c', '-n', `${MESSAGES}`, '-l', '500', ...options, server];
}

const SESSIONS = 4;
const IN_INDICATIONS = ['-s', '-m', `${SESSIONS}`];
/** As few channels as can be, see below. */
const CHANNELS = 2;
const ON_CHANNELS = ['-m', `${CHANNELS}`];
const DRAWS_MAX = 300;

/**
 * It draws its channel numbers from the range of RFC 5766 (0x4000 to 0x7FFF), of which RFC 8656 §12 has reserved three
 * quarters: they are refused with 400, and it gives up. So until it draws allowed ones.
 */
async function untilAllowed(run: () => Promise<ExecResult>): Promise<string> {
  for (let draw = 1; draw <= DRAWS_MAX; draw++) {
    const { stdout, stderr } = await run();
    if (!stdout.includes('channel bind: error 400')) return stdout + stderr;
  }
  throw new Error(`no allowed channel in ${DRAWS_MAX} draws`);
}

const USER = ['-u', 'user', '-w', 'password'];
const SECRET = ['-u', 'alice', '-W', 'north'];

describeLab('a relay in a lab of NATs', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await borrowLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  describe("is good enough for coturn's turnutils_uclient", () => {
    let server: AsyncDisposable;
    beforeAll(async () => {
      // What a client gives up without a word stays for ten minutes over UDP.
      const quotas = ['--relay-user-quota', '5000', '--relay-source-quota', '5000', '--relay-total-quota', '10000'];
      const relay = ['--relay', '--open-relay', '--relay-user', 'user:password', '--relay-secret', 'north', ...quotas];
      server = await startNatcheckServer(lab.server, relay);
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    it.concurrent.for([
      ['a user over UDP', USER],
      ['a user over TCP', ['-t', ...USER]],
      ['time-limited credentials over UDP', SECRET],
      ['time-limited credentials over TCP', ['-t', ...SECRET]],
    ] as const)('relays indications of %s and loses nothing', async ([, options]) => {
      const client = lab.nat('port-restricted').client(0);
      const { stdout, stderr } = await client.exec(uclient(lab.server.primary, [...IN_INDICATIONS, ...options]));
      const all = MESSAGES * SESSIONS;
      expect(parseStatistics(stdout), stdout + stderr).toEqual({ sent: all, received: all, lost: 0 });
    });

    it.concurrent.for([
      ['UDP', []],
      ['TCP', ['-t']],
    ] as const)('relays on channels over %s and loses nothing', async ([, options]) => {
      const client = lab.nat('symmetric').client(0);
      const argv = uclient(lab.server.primary, [...ON_CHANNELS, ...options, ...USER]);
      const said = await untilAllowed(() => client.exec(argv));
      const all = MESSAGES * CHANNELS;
      expect(parseStatistics(said), said).toEqual({ sent: all, received: all, lost: 0 });
    });

    it('is refused with a wrong password', async () => {
      const client = lab.nat('symmetric').client(0);
      const { stdout, stderr } = await client.exec(uclient(lab.server.primary, ['-u', 'user', '-w', 'guess']));
      expect(stdout + stderr).toContain('Cannot complete Allocation');
    });

    it('is refused a peer inside the network of the server', async () => {
      const client = lab.nat('full-cone').client(0);
      const options = ['-s', '-n', '1', '-c', '-v', ...USER, '-e', '10.0.0.1'];
      const { stdout, stderr } = await client.exec(['turnutils_uclient', ...options, lab.server.primary]);
      expect(stdout + stderr).toMatch(/error 403/);
    });
  });

  it('relays two punches on both sides when one of them wants a relay alone, though each is behind a NAT that lets the other in', async () => {
    await using _server = await startNatcheckServer(lab.server, ['--relay', '--open-relay']);
    const names = { server: lab.server, room: 'hidden' };
    const alice = await startPunch(lab.nat('full-cone').client(0), {
      ...names,
      id: 'alice',
      peer: 'bob',
      mode: '--relay-only',
    });
    const bob = await startPunch(lab.nat('restricted').client(0), { ...names, id: 'bob', peer: 'alice' });
    for (const { report, exitCode } of await Promise.all([alice.result(), bob.result()])) {
      expect({ ...report, exitCode }, JSON.stringify(report)).toMatchObject({
        exitCode: 5,
        outcome: 'relayed',
        technique: 'relay',
        plan: { text: 'alice is reachable only through a relay: no direct path is tried' },
        health: { probes: 20 },
      });
    }
  });

  describe('of coturn, with the configuration of docs/relay.md', () => {
    const SECRET_IN_DOCS = 'THE-SAME-SECRET';
    const CONFIGURATION = '/tmp/turnserver.conf';

    /** The block that begins with the listening port, without TLS, which is in need of a certificate. */
    async function documented(): Promise<string> {
      const text = await readFile(new URL('../../../../docs/relay.md', import.meta.url), 'utf8');
      const [block = ''] = /^listening-port=[^`]*/m.exec(text) ?? [];
      expect(block).toContain(`static-auth-secret=${SECRET_IN_DOCS}`);
      return block.replaceAll(/^(tls-listening-port|cert|pkey)=.*\n/gm, '');
    }

    it('takes the credentials that natcheck hands out for it, and no others', async () => {
      const { primary } = lab.server;
      await lab.server.exec(['sh', '-c', `printf %s "$1" > ${CONFIGURATION}`, 'sh', await documented()]);
      const options = ['-c', CONFIGURATION, '-L', primary, '--no-tls', '--no-dtls', '--log-file', 'stdout'];
      await using turnserver = await lab.server.start(['turnserver', ...options]);
      await turnserver.line(/DB connection success/);
      const run = async (secret: string): Promise<string> => {
        const { username, password } = turnServerFor(Date.now() / 1000, { urls: [], secret }, 'alice');
        const words = uclient(primary, [...IN_INDICATIONS, '-u', username, '-w', password]);
        const { stdout, stderr } = await lab.nat('restricted').client(0).exec(words);
        return stdout + stderr;
      };
      const said = await run(SECRET_IN_DOCS);
      const all = MESSAGES * SESSIONS;
      expect(parseStatistics(said), said).toEqual({ sent: all, received: all, lost: 0 });
      expect(await run('another')).toContain('Cannot complete Allocation');
    });
  });
});
