/** The addresses that a server is given, with both of their sides. */
import { expect, it } from 'vitest';
import { servedAddresses } from '../../../server/sockets/served-address.ts';

/** The one line that the addresses are refused with. */
function refusal(texts: readonly string[]): string {
  try {
    servedAddresses(texts);
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  throw new Error('accepted');
}

it('an address is announced as it is bound, unless another stands for it', () => {
  expect(servedAddresses(['2001:DB8::1=2001:db8:0::2', '10.0.0.4=203.0.113.10', '192.0.2.1'])).toEqual([
    [
      { bound: '10.0.0.4', announced: '203.0.113.10' },
      { bound: '192.0.2.1', announced: '192.0.2.1' },
    ],
    [{ bound: '2001:db8::1', announced: '2001:db8::2' }],
  ]);
});

it.each([
  [
    'one public address for two',
    ['10.0.0.4=203.0.113.10', '10.0.0.5=203.0.113.10'],
    'duplicate-address: 203.0.113.10 is given twice',
  ],
  [
    'one private address for two',
    ['10.0.0.4=203.0.113.10', '10.0.0.4=203.0.113.11'],
    'duplicate-address: 10.0.0.4 is given twice',
  ],
  [
    'two families',
    ['10.0.0.4=2001:db8::1'],
    'bad-address: 10.0.0.4=2001:db8::1 is an address of each family: a 1:1 NAT has both of one',
  ],
  ['no public address', ['10.0.0.4='], "bad-address: '' is not an IP address"],
  [
    'three',
    ['10.0.0.4=10.0.0.5=203.0.113.10'],
    "bad-address: '10.0.0.4=10.0.0.5=203.0.113.10' is not an address, nor two as PRIVATE=PUBLIC",
  ],
  [
    'every address',
    ['0.0.0.0=203.0.113.10'],
    'bad-address: 0.0.0.0 means every address: name the ones that replies are to come from',
  ],
])('%s: refused', (_, texts, said) => {
  expect(refusal(texts)).toBe(said);
});
