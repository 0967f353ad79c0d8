import { expect, it } from 'vitest';
import { addressesIn } from '../../../src/net/lookup/hosts-file.ts';

const TEXT = `127.0.0.1\tlocalhost
::1     localhost ip6-localhost # and not really.example
  203.0.113.7   Stun.Example.org stun\r
# 203.0.113.8 stun
203.0.113.9 stun#no
not-an-address stun
`;

it.each([
  ['localhost', ['127.0.0.1', '::1']],
  ['IP6-LOCALHOST', ['::1']],
  ['stun.example.org', ['203.0.113.7']],
  ['stun', ['203.0.113.7', '203.0.113.9']],
  ['really.example', []],
  ['127.0.0.1', []],
  ['example.org', []],
])('%s is at %j', (host, addresses) => {
  expect(addressesIn(TEXT, host)).toEqual(addresses);
});
