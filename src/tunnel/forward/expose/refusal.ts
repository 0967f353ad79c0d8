/** What the other side is told when it gets no stream: whether and why, and nothing about what else there is. */
import { CONNECT_TIMEOUT_MS } from './connect.ts';

export const NOT_EXPOSED = 'it is not exposed there';
export const TOO_MANY = 'too many connections are open there';

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on it there (connection refused)',
  ECONNRESET: 'its program ended the connection at once',
  EHOSTUNREACH: 'no way leads to it from there',
  ENETUNREACH: 'no way leads to it from there',
  EADDRNOTAVAIL: 'no way leads to it from there',
  ETIMEDOUT: `it did not answer within ${CONNECT_TIMEOUT_MS / 1000} s`,
  ENOTFOUND: 'its name is not known there',
  EAI_AGAIN: 'its name cannot be looked up there at present',
  ENOENT: 'its socket file is not there',
  ENOTSOCK: 'its socket file is no socket',
  EPROTOTYPE: 'its socket file takes no connections',
  EACCES: 'the user there may not connect to it',
  EPERM: 'the user there may not connect to it',
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
};

/** @param error of a failed connection. */
export function refusalOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return SENTENCES[code] ?? 'it could not be connected to';
}
