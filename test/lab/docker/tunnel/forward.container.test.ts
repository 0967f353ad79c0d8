/** Real programs over `expose` and `forward`, with a real NAT at each side: a web server, an SSH server, and UDP. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, type LabContainer, type Program, startNatcheckServer } from '../../../../lab/index.ts';
import { createOwner, type Owner } from '../../../../src/net/owner.ts';
import { createCode, formatCode } from '../../../../src/tunnel/code/code.ts';
import { gateCases } from '../../../runs.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { describeLab } from '../provided.ts';

/** A punch that takes a birthday, and fifty connections on a busy machine. */
const TIMEOUT_MS = 120_000;
const CONNECTIONS = 50;
const LONG_BYTES = 32_000_000;
/** The first of three ports of a server that has a relay. */
const RELAY_PORT = 7478;

/** Makes a web server with a file of 200 kB, an SSH server, and one of iperf3, on loopback alone. */
const SERVERS = {
  web: 'mkdir -p /srv/web && head -c 200000 /dev/urandom > /srv/web/file && cd /srv/web && exec python3 -u -m http.server 8000 --bind 127.0.0.1',
  ssh: 'mkdir -p /run/sshd && ssh-keygen -A && exec /usr/sbin/sshd -D -e -o ListenAddress=127.0.0.1',
  udp: 'exec iperf3 --server --bind 127.0.0.1 --forceflush',
} as const;

const EXPOSED = ['8000', '22', '5201', '5201/udp'];
const FORWARDED = ['8000', '2222:22', '5201', '5201/udp'];

/** Fetches the file so many times at once, and says how often which checksum came. */
const FETCH_ALL = `
  rm -rf /tmp/got && mkdir /tmp/got
  for i in $(seq ${CONNECTIONS}); do curl --silent --fail --max-time 90 --output /tmp/got/$i http://127.0.0.1:8000/file & done
  wait
  sha256sum /tmp/got/* | cut -d' ' -f1 | sort | uniq -c`;

async function shell(client: LabContainer, script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await client.exec(['sh', '-ec', script], { timeoutMs: TIMEOUT_MS });
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout.trim();
}

/** Starts a side of the tunnel, with the code where no process list shows it. */
async function startSide(owner: Owner, client: LabContainer, { code, words }: Side): Promise<Program> {
  return owner.use(await client.start(['env', `NATCHECK_CODE=${code}`, 'natcheck', ...words, '--verbose']));
}

interface Side {
  readonly code: string;
  readonly words: readonly string[];
}

describeLab('a forward from behind a NAT', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  let servers: Owner;
  const exposing = (): LabContainer => lab.nat('port-restricted').client(0);
  beforeAll(async () => {
    lab = await borrowLab();
    server = await startNatcheckServer(lab.server);
    servers = createOwner();
    const start = async (script: string, ready: RegExp): Promise<void> => {
      await servers.use(await exposing().start(['sh', '-ec', script])).line(ready);
    };
    await start(SERVERS.web, /Serving HTTP/);
    await start(SERVERS.ssh, /Server listening/);
    await start(SERVERS.udp, /Server listening/);
  });
  afterAll(async () => {
    await servers?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  describe.for(gateCases(['port-restricted-2', 'symmetric'], (nat) => nat === 'symmetric'))(
    'to one behind a port-restricted NAT, from a %s one',
    (nat) => {
      const owner = createOwner();
      let client: LabContainer;
      beforeAll(async () => {
        client = lab.nat(nat).client(0);
        const code = formatCode(createCode({ server: lab.server.primary, once: false, randomBytes }));
        const expose = await startSide(owner, exposing(), { code, words: ['expose', ...EXPOSED] });
        await expose.line(/it needs the same code/, { timeoutMs: TIMEOUT_MS });
        const forward = await startSide(owner, client, { code, words: ['forward', ...FORWARDED] });
        await forward.line(/^connected to the other side directly, encrypted end to end$/, { timeoutMs: TIMEOUT_MS });
      }, TIMEOUT_MS);
      afterAll(() => owner[Symbol.asyncDispose]());

      it('carries fifty downloads at once', { timeout: TIMEOUT_MS }, async () => {
        const hash = (await shell(exposing(), 'sha256sum /srv/web/file')).split(' ')[0];
        expect(await shell(client, FETCH_ALL)).toBe(`${CONNECTIONS} ${hash}`);
      });

      it('carries SSH, in both directions and to the end', { timeout: TIMEOUT_MS }, async () => {
        await shell(client, 'test -e ~/.ssh/id_ed25519 || ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519');
        const key = await shell(client, 'cat ~/.ssh/id_ed25519.pub');
        await shell(exposing(), `mkdir -p -m 700 ~/.ssh && echo '${key}' >> ~/.ssh/authorized_keys`);
        const ssh = 'ssh -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1';
        const said = await shell(
          client,
          `head -c 1000000 /dev/urandom > /tmp/sent
         ${ssh} 'tee /tmp/received' < /tmp/sent > /tmp/back
         cmp /tmp/sent /tmp/back
         ${ssh} hostname`,
        );
        expect(said).toBe(await shell(exposing(), 'hostname'));
      });

      it('carries UDP both ways', { timeout: TIMEOUT_MS }, async () => {
        const words = 'iperf3 --client 127.0.0.1 --udp --bitrate 2M --length 1000 --time 2 --bidir --json';
        const { end } = JSON.parse(await shell(client, words));
        // What arrives on either side; a busy machine may drop some.
        expect(end.sum.packets).toBeGreaterThan(400);
        expect(end.sum.lost_percent).toBeLessThan(20);
        expect(end.sum_bidir_reverse.packets).toBeGreaterThan(400);
        expect(end.sum_bidir_reverse.lost_percent).toBeLessThan(20);
      });

      it('goes on with a download when both routers have forgotten their mappings', {
        timeout: TIMEOUT_MS,
      }, async () => {
        // More than the buffers of both systems and of the tunnel hold, so that most of it is still to come.
        const make = `head -c ${LONG_BYTES} /dev/urandom > /srv/web/long; sha256sum < /srv/web/long`;
        const hash = await shell(exposing(), make);
        await shell(client, 'rm -f /tmp/long');
        const words =
          'curl --silent --fail --limit-rate 8M --output /tmp/long http://127.0.0.1:8000/long; echo "ended: $?"';
        await using curl = await client.start(['sh', '-c', words]);
        await shell(client, 'until [ $(stat -c %s /tmp/long 2>/dev/null || echo 0) -gt 500000 ]; do :; done');
        // The download waits meanwhile, however long that takes here.
        await shell(client, 'kill -STOP $(pidof curl)');
        for (const name of ['port-restricted', nat]) await shell(lab.nat(name).router, 'conntrack -F');
        expect(Number(await shell(client, 'stat -c %s /tmp/long'))).toBeLessThan(LONG_BYTES / 2);
        await shell(client, 'kill -CONT $(pidof curl)');
        expect(await curl.line(/^ended: /, { timeoutMs: TIMEOUT_MS })).toBe('ended: 0');
        expect(await shell(client, 'sha256sum < /tmp/long')).toBe(hash);
      });

      it('carries fifty downloads at once where every twentieth datagram is lost', {
        timeout: TIMEOUT_MS,
      }, async () => {
        const routers = ['port-restricted', nat].map((name) => lab.nat(name).router);
        const hash = (await shell(exposing(), 'sha256sum /srv/web/file')).split(' ')[0];
        await Promise.all(routers.map((router) => router.loseEveryNth(20)));
        try {
          expect(await shell(client, FETCH_ALL)).toBe(`${CONNECTIONS} ${hash}`);
        } finally {
          await Promise.all(routers.map((router) => router.loseEveryNth(0)));
        }
      });
    },
  );

  it('carries a download through a relay alone, between two symmetric ones', { timeout: TIMEOUT_MS }, async () => {
    await using owner = createOwner();
    const ports = ['--port', `${RELAY_PORT}`, '--alt-port', `${RELAY_PORT + 1}`, '--http-port', `${RELAY_PORT + 2}`];
    owner.use(await startNatcheckServer(lab.server, [...ports, '--relay', '--open-relay']));
    const [exposer, client] = [lab.nat('symmetric-2').client(0), lab.nat('symmetric').client(0)];
    await owner.use(await exposer.start(['sh', '-ec', SERVERS.web])).line(/Serving HTTP/);
    const { primary } = lab.server;
    const code = formatCode(createCode({ server: `${primary}:${RELAY_PORT}`, once: false, randomBytes }));
    const where = ['--rendezvous', `ws://${primary}:${RELAY_PORT + 2}`];
    await startSide(owner, exposer, { code, words: ['expose', '8000', ...where] });
    const forward = await startSide(owner, client, { code, words: ['forward', '8000', ...where] });
    await forward.line(/^connected to the other side through a relay, encrypted end to end$/, {
      timeoutMs: TIMEOUT_MS,
    });
    const hash = await shell(exposer, 'sha256sum < /srv/web/file');
    expect(await shell(client, 'curl --silent --fail --max-time 60 http://127.0.0.1:8000/file | sha256sum')).toBe(hash);
  });
});
