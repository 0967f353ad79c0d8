import { expect, it } from 'vitest';
import { openPortMapping } from '../../src/port-mapping/port-mapping.ts';

it.each(['127.0.0.1', '203.0.113.7', '8.8.8.8', '169.254.1.1', '::1', 'fd00::1', 'fe80::1'])(
  'no router is asked from %s',
  async (address) => {
    expect(await openPortMapping({ local: { address, port: 40_000 } })).toEqual({
      outcome: 'none',
      reason: 'not-asked',
      wan: null,
    });
  },
);

it('nobody answers where there is no interface to ask from', async () => {
  const result = await openPortMapping({ local: { address: '2001:db8::77', port: 40_000 } });
  expect(result).toEqual({ outcome: 'none', reason: 'router-silent', wan: null });
});

it('a signal that is aborted already asks nobody, from anywhere', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(openPortMapping({ local: { address: '192.168.0.2', port: 1 }, signal })).rejects.toThrow('enough');
});
