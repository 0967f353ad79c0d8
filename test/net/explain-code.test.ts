/** Sentences of codes that loopback does not give; the others are in rendezvous/explained.test.ts and turn. */
import { describe, expect, it } from 'vitest';
import { type CodeContext, explainCode, rendezvousAt } from '../../src/net/explain-code.ts';

const AT: CodeContext = { way: 'wss', host: '192.0.2.7', port: 3480 };

describe('a code', () => {
  it.each([
    [
      'EHOSTUNREACH',
      'no way leads to 192.0.2.7: a router or this host says so; check the address, and that it is on line',
    ],
    ['ENETUNREACH', 'this host has no route to 192.0.2.7: check that it is on line, and has an address of that family'],
    [
      'ETIMEDOUT',
      '192.0.2.7:3480 did not answer in time: check the address and the port, or whether a firewall drops what is sent',
    ],
    [
      'EACCES',
      'this host does not permit sending to 192.0.2.7:3480: check its firewall, and that this is the address of one host',
    ],
    ['EPERM', 'this host does not permit sending to 192.0.2.7:3480: check its firewall'],
    ['EMFILE', 'this process has too many files and sockets open: raise the limit with ulimit -n'],
    ['ENFILE', 'this host has too many files and sockets open: end what is not needed'],
    ['ENOBUFS', 'this host has no room left to send: try again when it has less to do'],
    [
      'no TLS in time',
      '192.0.2.7:3480 accepts connections, and does not answer in TLS: check the port, or try --rendezvous ws://192.0.2.7:3480',
    ],
    [
      'no answer to the join',
      '192.0.2.7:3480 takes WebSockets, and does not answer as a rendezvous: check the URL of --rendezvous',
    ],
    ['Opening handshake has timed out', '192.0.2.7:3480 accepts connections, and answers nothing: check the port'],
  ])('%s is a sentence, with the code behind it', (code, sentence) => {
    expect(explainCode(code, AT)).toBe(`${sentence} [${code}]`);
  });

  it('that nobody has a sentence for is said as the system said it', () => {
    expect(explainCode('EXYZ', AT)).toBe('192.0.2.7:3480 could not be connected to over TLS: the system said EXYZ');
    expect(explainCode('EXYZ', { ...AT, way: 'udp' })).toBe(
      'nothing could be sent to UDP 192.0.2.7:3480: the system said EXYZ',
    );
  });

  it('keeps what a host name has in braces as it is', () => {
    expect(explainCode('ENOTFOUND', { ...AT, host: '{host}.{at}' })).toBe(
      'no name server knows an address of {host}.{at}: check how it is written [ENOTFOUND]',
    );
  });
});

it('a rendezvous is where its URL says, on the usual port of its scheme without one', () => {
  expect(rendezvousAt('ws://[2001:db8::1]:3480/room')).toEqual({ way: 'ws', host: '2001:db8::1', port: 3480 });
  expect(rendezvousAt('wss://nat.example')).toEqual({ way: 'wss', host: 'nat.example', port: 443 });
  expect(rendezvousAt('ws://nat.example')).toEqual({ way: 'ws', host: 'nat.example', port: 80 });
});
