/** A UPnP router on loopback: it answers a search that is sent to it alone, describes itself, and obeys its actions. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Endpoint, formatEndpoint } from '../../src/endpoint.ts';
import { openUdpSocket } from '../../src/net/udp-socket.ts';

const ADDRESS = '127.0.0.9';
/** What it says when it is asked for a pinhole. */
const PINHOLE_VALUES = { FirewallEnabled: '1', InboundPinholeAllowed: '1', UniqueID: '7' };

export interface FakeUpnp extends AsyncDisposable {
  /** Where it can be searched for. */
  readonly at: Endpoint;
  /** Each request: its path, or the action with its arguments. */
  readonly requests: readonly string[];
}

export interface FakeUpnpOptions {
  readonly version?: 1 | 2;
  readonly address?: string;
  /** The service that it has, with its version, instead of the one that maps ports. */
  readonly service?: string;
  /** What it answers, by name. */
  readonly values?: Readonly<Record<string, string>>;
  /** UPnP error codes, by action. */
  readonly errorOf?: Readonly<Record<string, number>>;
  /** What it answers to a search, given its real answer. */
  readonly searchAnswer?: (answer: string) => readonly string[];
  /** Changes the description. */
  readonly description?: (answer: string) => string;
  readonly wan?: string;
  /** UPnP error codes of the first so many requests for a port. */
  readonly errors?: readonly number[];
  /** An action that it obeys without a word the first time. */
  readonly muteOnceOf?: string;
  /** Whether it never answers an HTTP request. */
  readonly isMute?: boolean;
}

export async function startFakeUpnp(options: FakeUpnpOptions = {}): Promise<FakeUpnp> {
  const { version = 1, searchAnswer = (answer) => [answer], description = (answer) => answer } = options;
  const { wan = '203.0.113.101', isMute = false, address = ADDRESS, errorOf = {} } = options;
  const { service = `WANIPConnection:${version}`, values = PINHOLE_VALUES } = options;
  const told = Object.entries({ NewExternalIPAddress: wan, ...values });
  const errors = [...(options.errors ?? [])];
  let muted = options.muteOnceOf ?? null;
  const requests: string[] = [];
  const type = `urn:schemas-upnp-org:service:${service}`;
  const reply = (response: ServerResponse, status: number, body: string): ServerResponse =>
    response.writeHead(status, { 'Content-Type': 'text/xml' }).end(body);
  const act = (response: ServerResponse, body: string): ServerResponse => {
    const [, action = ''] = /<u:(\w+)/.exec(body) ?? [];
    const args = [...body.matchAll(/<(\w+)>([^<]*)</g)].map(([, name, value]) => `${name}=${value}`);
    requests.push([action, ...args].join(' '));
    if (action === muted) {
      muted = null;
      return response;
    }
    const error = errorOf[action] ?? (action === 'AddPortMapping' ? errors.shift() : undefined);
    if (error !== undefined) return reply(response, 500, fault(error));
    const value = told.map(([name, text]) => `<${name}>${text}</${name}>`).join('');
    return reply(response, 200, envelope(`<u:${action}Response xmlns:u="${type}">${value}</u:${action}Response>`));
  };
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    if (isMute) return null;
    if (request.method === 'POST') return act(response, Buffer.concat(chunks).toString());
    requests.push(request.url ?? '');
    return reply(
      response,
      200,
      description(`<?xml version="1.0"?><root><device><serviceList>
      <service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/no</controlURL></service>
      <service><serviceType>${type}</serviceType><controlURL>/control</controlURL></service>
      </serviceList></device></root>`),
    );
  }).listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = await openUdpSocket({ address, port: 0 });
  socket.onDatagram((bytes, from) => {
    const [, target] = /^ST: (.*?)\r$/m.exec(Buffer.from(bytes).toString()) ?? [];
    const answer = `HTTP/1.1 200 OK\r\nST: ${target}\r\nLOCATION: http://${formatEndpoint({ address, port })}/description.xml\r\n\r\n`;
    for (const text of searchAnswer(answer)) socket.send(Buffer.from(text), from, () => {});
  });
  return {
    at: socket.local,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await socket[Symbol.asyncDispose]();
    },
  };
}

function envelope(body: string): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;
}

function fault(code: number): string {
  return envelope(
    `<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${code}</errorCode></UPnPError></detail></s:Fault>`,
  );
}
