import { describe, expect, it } from 'vitest';
import { found, undetermined } from '../../../src/nat/behavior.ts';
import { classifyMapping, type MappingSample } from '../../../src/nat/discovery/mapping.ts';

const LOCAL = { address: '10.1.0.2', port: 40_000 };
const A = '203.0.113.10';
const B = '203.0.113.11';
const sample = (address: string, port: number, mappedPort: number, mappedAddress = '198.51.100.7'): MappingSample => ({
  to: { address, port },
  mapped: { address: mappedAddress, port: mappedPort },
});

describe('the mapping of one socket', () => {
  it.each([
    [
      'the same everywhere',
      [sample(A, 3478, 40_000), sample(B, 3478, 40_000), sample(B, 3479, 40_000)],
      'endpoint-independent',
    ],
    [
      'the same at another address, though the third answer is missing',
      [sample(A, 3478, 1), sample(B, 3478, 1)],
      'endpoint-independent',
    ],
    ['one for each address', [sample(A, 3478, 1), sample(B, 3478, 2), sample(B, 3479, 2)], 'address-dependent'],
    [
      'one for each address and port',
      [sample(A, 3478, 1), sample(B, 3478, 2), sample(B, 3479, 3)],
      'address-and-port-dependent',
    ],
    [
      'the same port on another public address of a pool',
      [sample(A, 3478, 1), sample(B, 3478, 1, '198.51.100.8'), sample(B, 3479, 1, '198.51.100.8')],
      'address-dependent',
    ],
    [
      'different on two ports of the only server',
      [sample(A, 3478, 1), sample(A, 3479, 2)],
      'address-and-port-dependent',
    ],
  ] as const)('that is %s', (_what, samples, behavior) => {
    expect(classifyMapping(LOCAL, samples)).toEqual(found(behavior));
  });

  it('that shows the local endpoint everywhere is no NAT', () => {
    const seen = [sample(A, 3478, 40_000, LOCAL.address), sample(B, 3478, 40_000, LOCAL.address)];
    expect(classifyMapping(LOCAL, seen)).toEqual(found('none'));
  });

  it('of the same port but another address is a NAT', () => {
    expect(classifyMapping(LOCAL, [sample(A, 3478, 40_000), sample(B, 3478, 40_000)])).toEqual(
      found('endpoint-independent'),
    );
  });

  it('is not proven by one address alone, only that it does not depend on the port, by two ports', () => {
    expect(classifyMapping(LOCAL, [sample(A, 3478, 1)])).toEqual(undetermined('server-has-one-address'));
    expect(classifyMapping(LOCAL, [sample(A, 3478, 1), sample(A, 3479, 1)])).toEqual(undetermined('ports-agree'));
  });

  it('that differs between two one-port servers depends on the destination, on what is not known', () => {
    expect(classifyMapping(LOCAL, [sample(A, 3478, 1), sample(B, 3478, 2)])).toEqual(
      undetermined('depends-on-destination'),
    );
  });
});
