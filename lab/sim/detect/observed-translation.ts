/** Which words on the kind of translation are true of an access, as far as one host behind it can see: the truth for src/nat/translation. */
import type { Translation } from '../../../src/nat/translation/translation.ts';
import type { AccessProfile, Ipv6Access, NatProfile } from '../../profiles.ts';

type Kind = Exclude<Translation['kind'], 'undetermined'>;

export interface ObservedTranslation {
  /** No other kind is true. */
  readonly kinds: readonly Kind[];
  /** Whether one of them is to be found where nothing is lost; else it may be that nothing shows it. */
  readonly isSeen: boolean;
}

/** @returns null when nothing can be found out: UDP does not pass. */
export function observedTranslation(access: AccessProfile | Ipv6Access): ObservedTranslation | null {
  switch (access.kind) {
    case 'udp-blocked':
    case 'dropped':
      return null;
    case 'open':
    case 'firewall':
      return { kinds: ['none'], isSeen: true };
    case 'nat':
      return translationOfChain(access.layers);
  }
}

/** A port that one of several NATs translates is translated for good, and so it is with an address of a pool. */
function translationOfChain(layers: readonly NatProfile[]): ObservedTranslation {
  if (layers.some(({ ports }) => ports !== 'preserved')) return { kinds: ['napt'], isSeen: true };
  if (layers.every(({ translation }) => translation === 'static')) {
    return { kinds: ['static'], isSeen: layers.every(({ filtering }) => filtering === 'endpoint-independent') };
  }
  const isDrawn = layers.some(({ poolSize, pooling }) => poolSize > 1 && pooling === 'arbitrary');
  const canShare = layers.some(({ translation = 'napt' }) => translation === 'napt');
  // A NAPT translates a port as soon as it is taken; until then it keeps them, and may draw from a pool.
  return {
    kinds: [...(isDrawn ? (['dynamic'] as const) : []), ...(canShare ? (['napt'] as const) : [])],
    isSeen: false,
  };
}
