import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import { DEFAULT_BROKERS } from '../../../../src/net/rendezvous/broker/default-brokers.ts';
import { parseBrokerUrl } from '../../../../src/net/rendezvous/broker/url.ts';

describe('the URL of a broker', () => {
  it.each([
    ['mqtts://broker.example', 'mqtts', 'broker.example', 8883, '/'],
    ['mqtt://192.0.2.1:1884', 'mqtt', '192.0.2.1', 1884, '/'],
    ['mqtts://[2001:db8::1]:8886/', 'mqtts', '2001:db8::1', 8886, '/'],
    ['wss://broker.example:8084/mqtt?x=1', 'wss', 'broker.example', 8084, '/mqtt?x=1'],
    ['ws://broker.example', 'ws', 'broker.example', 80, '/'],
  ])('%s says how and where it is reached', (text, scheme, host, port, path) => {
    expect(parseBrokerUrl(text)).toMatchObject({ scheme, host, port, path });
  });

  it('may have a name and a password, which it is not shown with', () => {
    expect(parseBrokerUrl('mqtts://me:s%40cret@broker.example')).toMatchObject({
      username: 'me',
      password: 's@cret',
      name: 'mqtts://broker.example:8883',
    });
  });

  it.each([
    'broker.example',
    'http://broker.example',
    'mqtts://',
    'mqtt://broker.example/topic',
    'wss://b/#x',
    '',
    'x'.repeat(600),
  ])('%s is none', (text) => {
    expect(() => parseBrokerUrl(text)).toThrow(UsageError);
  });

  it('that is none is not told with its password', () => {
    expect(() => parseBrokerUrl('http://me:secret@broker.example')).toThrow(
      "'http://…@broker.example' is not a broker",
    );
  });

  it.each([
    [
      'mqtts://user:100%@broker.example',
      "the user and the password of 'mqtts://…@broker.example' are not encoded: write % as %25, @ as %40 and / as %2F",
    ],
    [
      'mqtts://100%:password@broker.example',
      "the user and the password of 'mqtts://…@broker.example' are not encoded: write % as %25, @ as %40 and / as %2F",
    ],
    ['mqtts://user:pass/word@broker.example', "'mqtts://…@broker.example' is not a broker"],
    ['mqtts://user:pa:ss@word\n/@broker.example/x', "'mqtts://…@broker.example/x' is not a broker"],
  ])('%s is refused, and its password is not shown', (text, sentence) => {
    expect(() => parseBrokerUrl(text)).toThrow(UsageError);
    expect(() => parseBrokerUrl(text)).toThrow(sentence);
  });

  it('of each broker that is used by default begins a TLS connection', () => {
    expect(DEFAULT_BROKERS.map((text) => parseBrokerUrl(text).scheme)).toEqual(['mqtts', 'mqtts', 'mqtts']);
  });
});
