/** Two real servers on loopback with one address each: a client cannot tell them from one with two. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CLASSIC_NATS, FULL_CONE, RESTRICTED } from '../../../lab/profiles.ts';
import { type Standing, startServer } from '../../../server/index.ts';
import { detect } from '../../../src/detect/detect.ts';
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { decode } from '../../../src/stun/decode.ts';
import { attribute } from '../../../src/stun/message.ts';
import { openLoopbackBrowser } from '../browser/loopback-browser.ts';
import { changeRequest, request } from '../stun/requests.ts';
import { metric } from '../turn/relay-server.ts';
import { SECRET } from './pair.ts';
import { AWAY, HOME, startPartners } from './partners.ts';

async function openClient(): Promise<Socket & AsyncDisposable> {
  const client = createSocket('udp4');
  client.bind(0, HOME);
  await once(client, 'listening');
  return client;
}

async function ask(client: Socket, bytes: Uint8Array, to: Endpoint) {
  const answered = once(client, 'message') as Promise<[Buffer, Endpoint]>;
  client.send(bytes, to.port, to.address);
  const [reply, { address, port }] = await answered;
  const decoded = decode(reply);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return { from: { address, port }, message: decoded.message };
}

describe('two partners on loopback', () => {
  it('are found by a detection as one server with two addresses is', async () => {
    await using whole = await startServer({ ip: [HOME, AWAY], port: 0, altPort: 0, httpPort: 0 });
    await using partners = await startPartners();
    const ofWhole = await detect({ servers: [formatEndpoint(whole.addresses[0] ?? { address: '', port: 0 })] });
    for (const address of [HOME, AWAY]) {
      const report = await detect({ servers: [formatEndpoint({ address, port: partners.port })] });
      const { verdict, mapping, filtering, translation } = ofWhole;
      expect(report).toMatchObject({ verdict, mapping, filtering, translation });
      expect(report.verdict).toEqual({ type: 'open', reason: null });
      expect(report.rejected).toEqual([]);
    }
  });

  it('answer for each other from either port, and say so in every attribute', async () => {
    await using partners = await startPartners();
    await using client = await openClient();
    const { port, altPort } = partners.servers[0].layouts[0] ?? { port: 0, altPort: 0 };
    for (const [at, change, from] of [
      [
        { address: HOME, port },
        { ip: true, port: false },
        { address: AWAY, port },
      ],
      [
        { address: HOME, port },
        { ip: true, port: true },
        { address: AWAY, port: altPort },
      ],
      [
        { address: HOME, port: altPort },
        { ip: true, port: true },
        { address: AWAY, port },
      ],
      [
        { address: AWAY, port },
        { ip: true, port: true },
        { address: HOME, port: altPort },
      ],
    ] as const) {
      const reply = await ask(client, request([changeRequest(change)]), at);
      expect(reply.from).toEqual(from);
      expect(attribute(reply.message, 'RESPONSE-ORIGIN')).toEqual(from);
      expect(attribute(reply.message, 'XOR-MAPPED-ADDRESS')).toEqual({ address: HOME, port: client.address().port });
      const other = { address: at.address === HOME ? AWAY : HOME, port: at.port === port ? altPort : port };
      expect(attribute(reply.message, 'OTHER-ADDRESS')).toEqual(other);
    }
  });

  it('find by the page of each what NAT a browser is behind, as one server with two addresses does', async () => {
    await using partners = await startPartners();
    for (const server of partners.servers) {
      const verdicts = CLASSIC_NATS.map(
        async (nat) => (await (await openLoopbackBrowser(server, nat)).detect()).verdict,
      );
      expect(await Promise.all(verdicts)).toEqual(CLASSIC_NATS.map(({ name }) => ({ type: name, reason: null })));
    }
    const [home] = partners.servers;
    for (const kind of ['fragments', 'carry', 'transmit']) {
      expect(await metric(home, `natcheck_partner_sent_total{message="${kind}"}`)).toBeGreaterThan(0);
      expect(await metric(home, `natcheck_partner_taken_total{message="${kind}"}`)).toBeGreaterThan(0);
    }
  });

  it('lend their endpoints to the page of the other without a page of their own', async () => {
    await using partners = await startPartners({ away: { page: false } });
    const browser = await openLoopbackBrowser(partners.servers[0], RESTRICTED);
    expect((await browser.detect()).verdict).toEqual({ type: 'restricted', reason: null });
  });

  it('find by a page what one address tells while they do not know each other', async () => {
    const partner = { hosts: [AWAY], secret: SECRET };
    await using alone = await startServer({ ip: [HOME], port: 0, altPort: 0, httpPort: 0, partner });
    const browser = await openLoopbackBrowser(alone, FULL_CONE);
    expect(Object.keys(browser.begun.endpoints)).toEqual(['primary', 'other-port']);
    expect((await browser.detect()).filtering).toEqual({ behavior: 'undetermined', reason: 'server-has-one-address' });
  });

  it('tell no other address before they know each other, and none any more once one has ended', async () => {
    const standings: Standing[] = [];
    const gone = Promise.withResolvers<void>();
    await using client = await openClient();
    await using partners = await startPartners({
      home: {
        onPartner: (_, standing) => {
          standings.push(standing);
          if (standing === 'silent') gone.resolve();
        },
      },
    });
    const [home, away] = partners.servers;
    const at = { address: HOME, port: partners.port };
    const other = async () => attribute((await ask(client, request(), at)).message, 'OTHER-ADDRESS');
    expect(await other()).toEqual({ address: AWAY, port: home.layouts[0]?.altPort });
    await away[Symbol.asyncDispose]();
    await gone.promise;
    expect(await other()).toBeUndefined();
    expect((await ask(client, request([changeRequest({ ip: true, port: true })]), at)).message.class).toBe('error');
    expect(standings.at(-1)).toBe('silent');
    const metrics = await (await fetch(`http://${HOME}:${home.httpPort}/metrics`)).text();
    const lines = metrics.split('\n');
    expect(lines).toContain('natcheck_partner_taken_total{message="bye"} 1');
    expect(lines).toContain('natcheck_partner_standing{family="IPv4",standing="silent"} 1');
    expect(lines).toContain('natcheck_partner_standing{family="IPv4",standing="up"} 0');
    expect(home.partners.map(({ standing }) => standing())).toEqual(['silent']);
  });

  it('find each other again when one begins anew', async () => {
    await using partners = await startPartners();
    const [{ layouts }, away] = partners.servers;
    await away[Symbol.asyncDispose]();
    const { port = 0, altPort = 0 } = layouts[0] ?? {};
    const up = Promise.withResolvers<void>();
    await using _again = await startServer({
      ...{ ip: [AWAY], port, altPort, httpPort: 0, partner: { hosts: [HOME], secret: SECRET } },
      onPartner: (_, standing) => {
        if (standing === 'up') up.resolve();
      },
    });
    await up.promise;
    const report = await detect({ servers: [formatEndpoint({ address: HOME, port })] });
    expect(report.verdict).toEqual({ type: 'open', reason: null });
  });
});
