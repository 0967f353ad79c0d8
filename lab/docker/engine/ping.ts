/** Whether a container engine answers at a socket, or at an address. */
import { type RequestOptions, request } from 'node:http';

const PING_TIMEOUT_MS = 2000;

/** Asks `GET /_ping` of the engine's API; false when nothing answers. */
export function answersPing(socketPath: string): Promise<boolean> {
  return ping({ socketPath });
}

/** The same of an address as DOCKER_HOST has it, `unix://…` or `tcp://…`; null for one of another kind, or with TLS. */
export async function answersPingAt(host: string): Promise<boolean | null> {
  if (host.startsWith('unix://')) return answersPing(host.slice('unix://'.length));
  const url = URL.parse(host);
  if (url?.protocol !== 'tcp:' || url.port === TLS_PORT) return null;
  return ping({ host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port });
}

/** Where Docker listens with TLS (dockerd's reference). */
const TLS_PORT = '2376';

function ping(at: RequestOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ ...at, path: '/_ping', timeout: PING_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}
