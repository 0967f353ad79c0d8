/** Time-limited credentials as coturn takes them. */
import { expect, it } from 'vitest';
import { expiryOf, timeLimitedCredentials } from '../../src/turn/credentials.ts';

it('are the expiry and the user, under HMAC-SHA1', () => {
  // openssl: printf '1700000000:alice' | openssl dgst -sha1 -hmac north -binary | base64
  expect(timeLimitedCredentials({ secret: 'north', user: 'alice', expiresAtS: 1_700_000_000.9 })).toEqual({
    username: '1700000000:alice',
    password: 'Cd/49soE35ICqcJF/bCTn8Z4OyE=',
  });
});

it('tell when they end', () => {
  expect(['1700000000:alice', '5:', 'alice', '12', '-5:x', '9999999999999:x'].map(expiryOf)).toEqual([
    1_700_000_000,
    5,
    null,
    null,
    null,
    null,
  ]);
});
