/** Why a rendezvous cannot be joined, in one sentence with what to do: each over loopback, unless it says otherwise. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Resolver } from '../../../src/net/lookup/resolver.ts';
import { type JoinOptions, joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { AUTHORITY, SIGNED, SIGNED_EXPIRED, SIGNED_FOR_LATER, SIGNED_WITH_CHAIN } from '../../server/tls/authority.ts';
import { LOOPBACK_TLS } from '../../server/tls/loopback.ts';
import { HOST, startTestServer } from './peers.ts';

const open: { close: () => unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server): Promise<string> {
  open.push(server);
  await once(server.listen(0, HOST), 'listening');
  return `${HOST}:${(server.address() as AddressInfo).port}`;
}

/** A TCP server that does that with each connection that has said something; its endpoint. */
function startTcp(answer: (socket: Socket) => void): Promise<string> {
  return listen(
    createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => answer(socket));
    }),
  );
}

function startHttp(status: number): Promise<string> {
  return listen(createHttpServer((_request, response) => response.writeHead(status).end()));
}

async function startWebSocket(serve: (socket: WebSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: HOST }).on('connection', serve);
  open.push(server);
  await once(server, 'listening');
  return `${HOST}:${(server.address() as AddressInfo).port}`;
}

/** Why the room at that URL or endpoint cannot be joined; the endpoint is written `AT`, its port `PORT`. */
async function why(url: JoinOptions['url'], options: Partial<JoinOptions> = {}): Promise<string> {
  const result = await joinRendezvous({ url, room: 'r', id: 'me', ...options });
  if (result.outcome !== 'unreachable') throw new Error(`the outcome is ${result.outcome}`);
  const { hostname, port } = typeof url === 'string' ? new URL(url) : { hostname: url.host, port: url.port };
  return result.reason.replaceAll(`${hostname}:${port}`, 'AT').replaceAll(String(port), 'PORT');
}

/** An endpoint as the host of a server of which no URL is known. */
function hostOf(at: string): JoinOptions['url'] {
  const [host = '', port] = at.split(':');
  return { host, port: Number(port) };
}

const REFUSED =
  'nothing listens on TCP AT: a server that speaks only STUN has no rendezvous; natcheck serve has one, and --rendezvous wss://HOST:PORT names one that is elsewhere [ECONNREFUSED]';

describe('a rendezvous', () => {
  it.each([
    ['of a URL', (at: string) => `ws://${at}`],
    ['of a URL with TLS', (at: string) => `wss://${at}`],
    ['of a host', hostOf],
  ])('%s where nothing listens may be a plain STUN server', async (_what, urlOf) => {
    const at = await startTcp(() => {});
    open.pop()?.close();
    expect(await why(urlOf(at))).toBe(REFUSED);
  });

  it('that speaks TLS and is spoken to without ends the connection, and what to write is said', async () => {
    await using server = await startTestServer({ tls: LOOPBACK_TLS });
    expect(await why(`ws://${HOST}:${server.httpPort}`)).toBe(
      'AT ended the connection without an answer, as a server with TLS does: try --rendezvous wss://AT [ECONNRESET]',
    );
  });

  it('that speaks TLS and is spoken to without may also answer by an alert', async () => {
    const at = await startTcp((socket) => socket.end(Buffer.from('15030100020228', 'hex')));
    expect(await why(`ws://${at}`)).toBe(
      'AT does not speak HTTP: check the port, or try --rendezvous wss://AT [HPE_INVALID_CONSTANT]',
    );
  });

  it('that speaks no TLS and is spoken to with it says so, and what it costs to do without', async () => {
    await using server = await startTestServer();
    expect(await why(`wss://${HOST}:${server.httpPort}`)).toBe(
      'AT speaks no TLS: --rendezvous ws://AT connects without it, so that everybody on the way can read along [ERR_SSL_WRONG_VERSION_NUMBER]',
    );
  });

  it('that resets a connection with TLS is told', async () => {
    const at = await startTcp((socket) => socket.resetAndDestroy());
    expect(await why(`wss://${at}`)).toBe(
      'AT ended the connection without an answer: check the port, or try --rendezvous ws://AT if it speaks no TLS [ECONNRESET]',
    );
  });

  it('whose TLS agrees with none of ours is not said to speak none', async () => {
    const at = await startTcp((socket) => socket.end(Buffer.from('15030100020228', 'hex')));
    expect(await why(`wss://${at}`)).toBe(
      'the TLS handshake with AT failed: check the port, or try --rendezvous ws://AT if it speaks no TLS [EPROTO]',
    );
  });

  it('whose TLS agrees with none of ours is told by its host, too', async () => {
    const at = await startTcp((socket) => socket.end(Buffer.from('15030100020228', 'hex')));
    // Each OpenSSL has its own name for the alert.
    expect((await why(hostOf(at))).replace(/ERR_SSL_\S+HANDSHAKE_FAILURE/, 'ERR_SSL')).toBe(
      'the TLS handshake with AT failed: check the port, or try --rendezvous ws://AT if it speaks no TLS [ERR_SSL]',
    );
  });

  it('whose name nobody knows is told by its name', async () => {
    const resolver: Resolver = {
      addresses: (host) => Promise.reject(Object.assign(new Error(host), { code: 'ENOTFOUND' })),
      services: async () => [],
    };
    const sentence = 'no name server knows an address of nat.example: check how it is written [ENOTFOUND]';
    expect(await why('ws://nat.example:3480', { resolver })).toBe(sentence);
    expect(await why({ host: 'nat.example', port: 3480 }, { resolver })).toBe(sentence);
  });

  it.each(['EAI_AGAIN', 'ETIMEOUT', 'ECANCELLED'])(
    'whose name cannot be looked up (%s of the resolver) is not said to be unknown',
    async (code) => {
      const resolver: Resolver = {
        addresses: (host) => Promise.reject(Object.assign(new Error(host), { code })),
        services: async () => [],
      };
      expect(await why('ws://nat.example:3480', { resolver })).toBe(
        `the name servers do not answer, so nat.example cannot be looked up: check the connection, or give an IP address [${code}]`,
      );
    },
  );
});

describe('a certificate', () => {
  const NO_CHAIN =
    'the certificate of AT leads to no authority that this host trusts: the server has to send the certificates between, or its CA has to be named in NODE_EXTRA_CA_CERTS [UNABLE_TO_VERIFY_LEAF_SIGNATURE]';
  it.each([
    [
      'that signs itself',
      LOOPBACK_TLS,
      undefined,
      'the certificate of AT is signed by itself, so nobody vouches for it: if it is the right one, name its file in NODE_EXTRA_CA_CERTS [DEPTH_ZERO_SELF_SIGNED_CERT]',
    ],
    [
      'of an authority that is not trusted',
      SIGNED_WITH_CHAIN,
      undefined,
      'the certificate of AT comes from an authority that this host does not trust: name that CA in NODE_EXTRA_CA_CERTS [SELF_SIGNED_CERT_IN_CHAIN]',
    ],
    ['without its chain', SIGNED, undefined, NO_CHAIN],
    [
      'that has expired',
      SIGNED_EXPIRED,
      AUTHORITY,
      'the certificate of AT has expired: its operator has to renew it, or the clock of this host is wrong [CERT_HAS_EXPIRED]',
    ],
    [
      'that is not valid yet',
      SIGNED_FOR_LATER,
      AUTHORITY,
      'the certificate of AT is not valid yet: the clock of this host is wrong, or that of its maker [CERT_NOT_YET_VALID]',
    ],
  ])('%s is told, by URL and by host alike', async (_what, tls, ca, sentence) => {
    await using server = await startTestServer({ tls });
    const at = `${HOST}:${server.httpPort}`;
    expect(await why(`wss://${at}`, { ca })).toBe(sentence);
    expect(await why(hostOf(at), { ca })).toBe(sentence);
  });

  it('for another name is told, with how to give that name', async () => {
    await using server = await startTestServer({ tls: SIGNED });
    const resolver: Resolver = {
      addresses: async () => [{ address: HOST, family: 'IPv4' }],
      services: async () => [],
    };
    const sentence =
      'the certificate of AT is for another name: give that name, with --rendezvous wss://NAME:PORT [ERR_TLS_CERT_ALTNAME_INVALID]';
    const options = { ca: AUTHORITY, resolver };
    expect(await why(`wss://nat.example:${server.httpPort}`, options)).toBe(sentence);
    expect(await why({ host: 'nat.example', port: server.httpPort }, options)).toBe(sentence);
  });
});

describe('a web server', () => {
  const MOVED = 'AT sends its clients to another URL, which is not followed: ask there, with --rendezvous';
  const FORBIDDEN = 'AT lets nobody in without a login of its own: whoever runs it can say where the rendezvous is';
  const BEHIND = 'the proxy at AT does not reach the server behind it: whether that one is running is for its operator';
  const NO_WEB_SOCKET = 'AT is a web server that opens no WebSocket: check the port, and the URL of --rendezvous';
  it.each([
    [200, NO_WEB_SOCKET],
    [301, MOVED],
    [302, MOVED],
    [307, MOVED],
    [308, MOVED],
    [400, 'AT is a web server that takes the request for a wrong one: check the port, or try --rendezvous wss://AT'],
    [401, FORBIDDEN],
    [403, FORBIDDEN],
    [404, 'AT is a web server without a rendezvous at that path: check the URL of --rendezvous'],
    [418, NO_WEB_SOCKET],
    [502, BEHIND],
    [504, BEHIND],
  ])('that answers %i is told', async (status, sentence) => {
    const at = await startHttp(status);
    expect(await why(`ws://${at}`)).toBe(`${sentence} [HTTP ${status}]`);
  });

  it('that says hello in another protocol is told', async () => {
    const at = await startTcp((socket) => socket.end('SSH-2.0-hello\r\n'));
    expect(await why(`ws://${at}`)).toBe(
      'AT does not speak HTTP: check the port, or try --rendezvous wss://AT [HPE_INVALID_CONSTANT]',
    );
  });

  it('whose WebSocket ends before the room is joined is told, with the code that it gave', async () => {
    const says = await startWebSocket((socket) => socket.close(4000));
    expect(await why(`ws://${says}`)).toBe(
      'AT closed the WebSocket: it has ended, was restarted, or is no natcheck server [WebSocket 4000]',
    );
    const silent = await startWebSocket((socket) => socket.terminate());
    expect(await why(`ws://${silent}`)).toBe(
      'AT ended the connection without a word: it has ended, was restarted, or is no natcheck server [WebSocket 1006]',
    );
  });
});
