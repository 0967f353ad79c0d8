/** Whether a container engine answers at a socket. */
import { request } from 'node:http';

const PING_TIMEOUT_MS = 2000;

/** Asks `GET /_ping` of the engine's API; false when nothing answers. */
export function answersPing(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/_ping', timeout: PING_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}
