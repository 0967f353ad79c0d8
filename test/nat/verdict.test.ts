import { describe, expect, it } from 'vitest';
import { DEPENDENCIES, type Finding, found, undetermined } from '../../src/nat/behavior.ts';
import { verdictOf } from '../../src/nat/verdict.ts';

const [INDEPENDENT, ADDRESS, ADDRESS_AND_PORT] = DEPENDENCIES;

describe('the verdict', () => {
  it.each([
    ['none', INDEPENDENT, 'open'],
    ['none', ADDRESS, 'firewalled'],
    ['none', ADDRESS_AND_PORT, 'firewalled'],
    [INDEPENDENT, INDEPENDENT, 'full-cone'],
    [INDEPENDENT, ADDRESS, 'restricted'],
    [INDEPENDENT, ADDRESS_AND_PORT, 'port-restricted'],
    [ADDRESS, INDEPENDENT, 'symmetric'],
    [ADDRESS, ADDRESS_AND_PORT, 'symmetric'],
    [ADDRESS_AND_PORT, INDEPENDENT, 'symmetric'],
    [ADDRESS_AND_PORT, ADDRESS_AND_PORT, 'symmetric'],
  ] as const)('of mapping %s and filtering %s is %s', (mapping, filtering, type) => {
    expect(verdictOf(found(mapping), found(filtering))).toEqual({ type, reason: null });
  });

  it.each<[string, Finding, Finding, string]>([
    ['the mapping', undetermined('alternate-mute'), found(INDEPENDENT), 'alternate-mute'],
    ['the filtering behind a stable mapping', found(INDEPENDENT), undetermined('too-much-loss'), 'too-much-loss'],
    ['the filtering without a NAT', found('none'), undetermined('deadline'), 'deadline'],
  ])('is inconclusive, with the reason, when %s is undetermined', (_what, mapping, filtering, reason) => {
    expect(verdictOf(mapping, filtering)).toEqual({ type: 'inconclusive', reason });
  });

  it('is symmetric for a destination-dependent mapping even when the filtering is undetermined', () => {
    expect(verdictOf(found(ADDRESS), undetermined('several-public-addresses')).type).toBe('symmetric');
    expect(verdictOf(undetermined('depends-on-destination'), undetermined('server-has-one-address')).type).toBe(
      'symmetric',
    );
  });
});
