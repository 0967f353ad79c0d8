/** TURN URLs as people write them. */
import { expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { parseTurnUrl } from '../../src/turn/url.ts';

it.each([
  ['turn:turn.example.org', 'turn.example.org', 3478, 'udp'],
  ['turn:turn.example.org:3479', 'turn.example.org', 3479, 'udp'],
  ['turn:turn.example.org?transport=udp', 'turn.example.org', 3478, 'udp'],
  ['turn:turn.example.org:80?transport=tcp', 'turn.example.org', 80, 'tcp'],
  ['turns:turn.example.org', 'turn.example.org', 5349, 'tls'],
  ['turns:turn.example.org:443?transport=tcp', 'turn.example.org', 443, 'tls'],
  ['TURN:203.0.113.10?transport=TCP', '203.0.113.10', 3478, 'tcp'],
  ['turn:[2001:db8::7]', '2001:db8::7', 3478, 'udp'],
  ['turns:[2001:db8::7]:443', '2001:db8::7', 443, 'tls'],
  ['turn:example:', 'example', 3478, 'udp'],
])('%s', (text, host, port, transport) => {
  expect(parseTurnUrl(text)).toEqual({ host, port, transport });
});

it.each([
  ['turn.example.org', 'is not a TURN URL'],
  ['stun:turn.example.org', 'is not a TURN URL'],
  ['turn:', 'is not a TURN server'],
  ['turn://turn.example.org', 'is not a TURN server'],
  ['turn:user@turn.example.org', 'is not a TURN server'],
  ['turn:2001:db8::7', 'is not a TURN server'],
  ['turn:turn.example.org?transport=udp&x=1', 'is not a TURN server'],
  ['turn:[203.0.113.10]', 'has no IPv6 address in its brackets'],
  ['turn:[]', 'has no IPv6 address in its brackets'],
  ['turn:turn.example.org:0', 'has no port from 1 to 65535'],
  ['turn:turn.example.org:65536', 'has no port from 1 to 65535'],
  ['turns:turn.example.org?transport=udp', 'asks for DTLS, which is not spoken here'],
  ['turn:turn.example.org?transport=sctp', 'asks for a transport other than udp and tcp'],
  ['turn:turn.example.org?transport=', 'asks for a transport other than udp and tcp'],
])('%s is refused', (text, why) => {
  expect(() => parseTurnUrl(text)).toThrow(UsageError);
  expect(() => parseTurnUrl(text)).toThrow(
    `'${text}' ${why}: write turn:HOST[:PORT][?transport=udp|tcp] or turns:HOST[:PORT]`,
  );
});
