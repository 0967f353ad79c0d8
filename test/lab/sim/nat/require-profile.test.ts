/** A profile with a value that it must not have is refused by name, before a NAT is made of it. */
import { expect, it } from 'vitest';
import { CLASSIC_NATS, FULL_CONE, type NatProfile } from '../../../../lab/profiles.ts';
import { createFirewall } from '../../../../lab/sim/nat/firewall.ts';
import { requireProfile } from '../../../../lab/sim/nat/require-profile.ts';
import { natOf } from './nat-box.ts';

const DEPENDENCY_LIST = '"endpoint-independent", "address-dependent", "address-and-port-dependent"';

it.each<[Record<string, unknown>, string]>([
  [{ mapping: 'symmetric' }, `mapping is "symmetric"; it must be one of ${DEPENDENCY_LIST}`],
  [{ filtering: undefined }, `filtering is undefined; it must be one of ${DEPENDENCY_LIST}`],
  [
    { ports: 'odd' },
    'ports is "odd"; it must be one of "preserved", "parity", "sequential", "socket-sequential", "random", "block"',
  ],
  [{ pooling: 'none' }, 'pooling is "none"; it must be one of "paired", "arbitrary"'],
  [{ poolSize: 0 }, 'poolSize is 0; it must be an integer from 1 to 254'],
  [{ poolSize: 1.5 }, 'poolSize is 1.5; it must be an integer from 1 to 254'],
  [{ portStep: 0.5 }, 'portStep is 0.5; it must be an integer from -64512 to 64512'],
  [{ portStep: 0 }, 'portStep is 0; sequential ports must differ'],
  [{ blockSize: 0 }, 'blockSize is 0; it must be an integer from 1 to 64512'],
  [{ translation: 'basic' }, 'translation is "basic"; it must be one of "static", "dynamic", "napt"'],
  [
    { translation: 'dynamic', ports: 'random' },
    'ports with dynamic translation is "random"; it must be one of "preserved"',
  ],
  [
    { translation: 'dynamic', mapping: 'address-dependent' },
    'mapping with dynamic translation is "address-dependent"; it must be one of "endpoint-independent"',
  ],
  [
    { translation: 'static', inboundFirst: true },
    'inboundFirst is true; a static NAT has no mapping that it could change',
  ],
  [{ lifetimeMs: -1 }, 'lifetimeMs is -1; it must be a number of at least 0'],
])('refuses %j', (change, message) => {
  const profile = { ...FULL_CONE, ...change } as NatProfile;
  expect(() => natOf(profile)).toThrow(new RangeError(message));
});

it('refuses a firewall whose filtering is none of RFC 4787', () => {
  const options = { filtering: 'strict' as 'address-dependent', lifetimeMs: 1000 };
  expect(() => createFirewall(options)).toThrow(
    new RangeError(`filtering is "strict"; it must be one of ${DEPENDENCY_LIST}`),
  );
});

it('takes every classic NAT, and mappings that never end', () => {
  for (const profile of CLASSIC_NATS) expect(() => requireProfile(profile)).not.toThrow();
  expect(() => requireProfile({ ...FULL_CONE, lifetimeMs: Number.POSITIVE_INFINITY })).not.toThrow();
});
