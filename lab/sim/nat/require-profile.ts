/** A profile is data that anybody may write: what it holds is looked at before a NAT is made of it. */
import { DEPENDENCIES } from '../../../src/nat/behavior.ts';
import { type NatProfile, PORT_ASSIGNMENT_KINDS } from '../../profiles.ts';
import { requireNumber, requireOneOf } from '../network/misuse.ts';
import type { FilterOptions } from './filter.ts';
import { PORT_COUNT } from './port-assignment.ts';

/** More public addresses than this has no site. */
const MAX_POOL_SIZE = 254;

/** @throws RangeError that names the field of the profile, and the values that it may have. */
export function requireProfile(profile: NatProfile): void {
  const { mapping, ports, portStep, blockSize, poolSize, pooling } = profile;
  requireTranslation(profile);
  requireOneOf('mapping', mapping, DEPENDENCIES);
  requireFilter(profile);
  requireOneOf('ports', ports, PORT_ASSIGNMENT_KINDS);
  requireOneOf('pooling', pooling, ['paired', 'arbitrary']);
  requireNumber('poolSize', poolSize, { min: 1, max: MAX_POOL_SIZE, isInteger: true });
  if (portStep !== undefined)
    requireNumber('portStep', portStep, { min: -PORT_COUNT, max: PORT_COUNT, isInteger: true });
  if (portStep === 0) throw new RangeError('portStep is 0; sequential ports must differ');
  if (blockSize !== undefined) requireNumber('blockSize', blockSize, { min: 1, max: PORT_COUNT, isInteger: true });
}

/** A NAT that translates no port keeps every one (RFC 2663 §4.1.1). */
function requireTranslation({ translation = 'napt', ports, mapping, inboundFirst = false }: NatProfile): void {
  requireOneOf('translation', translation, ['static', 'dynamic', 'napt']);
  if (translation === 'napt') return;
  requireOneOf(`ports with ${translation} translation`, ports, ['preserved']);
  requireOneOf(`mapping with ${translation} translation`, mapping, ['endpoint-independent']);
  if (translation === 'static' && inboundFirst)
    throw new RangeError('inboundFirst is true; a static NAT has no mapping that it could change');
}

/** @throws RangeError as requireProfile does. */
export function requireFilter({ filtering, lifetimeMs }: FilterOptions): void {
  requireOneOf('filtering', filtering, DEPENDENCIES);
  requireNumber('lifetimeMs', lifetimeMs, { min: 0, max: Number.POSITIVE_INFINITY });
}
