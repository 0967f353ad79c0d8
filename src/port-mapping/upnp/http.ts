/** One HTTP exchange with a device on this host's link: from one interface, no redirects, no connection kept, bounded. */
import type { IncomingMessage } from 'node:http';

/** Descriptions of real routers have 2 to 20 kB. */
const MAX_BYTES = 128 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks once. @returns null when there is no whole answer: nobody is there, it is too long, the signal aborts. */
export async function exchangeHttp(options: {
  readonly url: URL;
  /** The address of the URL's host, with its zone if it has one. */
  readonly address: string;
  /** The address of this host to ask from. */
  readonly local: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}): Promise<HttpAnswer | null> {
  const { url, address, local, method, headers = {}, body, signal } = options;
  // Loaded with it comes Node's WebSocket, which takes 30 ms of every start, and few routers speak UPnP.
  const { request } = await import('node:http');
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { hostname: address, method, headers: { Host: url.host, ...headers }, localAddress: local };
      const asked = request(url, { ...options, agent: false, signal }, resolve);
      asked.on('error', reject);
      asked.end(body);
    });
    const chunks: Buffer[] = [];
    let length = 0;
    // Leaving the loop early closes the connection.
    for await (const chunk of answer) {
      length += chunk.length;
      if (length > MAX_BYTES) return null;
      chunks.push(chunk);
    }
    return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
  } catch {
    return null;
  }
}
