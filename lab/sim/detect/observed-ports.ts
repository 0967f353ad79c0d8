/** What an observer can find out about the ports and addresses that an access gives out: the truth for src/nat/port-assignment/port-assignment.ts. */

import { PORT_ASSIGNMENT_KINDS, type PortPattern } from '../../../src/nat/port-assignment/pattern.ts';
import type { Pooling } from '../../../src/nat/port-assignment/pooling.ts';
import type { AccessProfile, Ipv6Access, NatProfile } from '../../profiles.ts';

type PortPatternKind = PortPattern['kind'];

export interface ObservedPorts {
  /** The kinds that are true of it: several where several NATs in a row mix their ways. */
  readonly kinds: readonly PortPatternKind[];
  /** What `sequential` ports differ by; null where any step is true. */
  readonly step: number | null;
  readonly pooling: readonly Pooling['behavior'][];
}

/** @returns null when nothing can be found out: UDP does not pass. */
export function observedPorts(access: AccessProfile | Ipv6Access): ObservedPorts | null {
  switch (access.kind) {
    case 'udp-blocked':
    case 'dropped':
      return null;
    case 'open':
    case 'firewall':
      return { kinds: ['none'], step: 1, pooling: ['one-address'] };
    case 'nat':
      return { ...portsOfChain(access.layers), pooling: observedPooling(access.layers) };
  }
}

type Ports = Omit<ObservedPorts, 'pooling'>;

/**
 * The ports that a chain of NATs gives to the next mapping: of a fresh socket where mappings are stable, else of a known
 * socket toward a new destination. Each layer sees what the one before it made of that, as an old endpoint or a new one.
 */
function portsOfChain(layers: readonly NatProfile[]): Ports {
  let isNew = layers.every(({ mapping }) => mapping === 'endpoint-independent');
  let hosts: 'one' | 'several' = 'one';
  let ports: Ports = { kinds: ['preserved'], step: 1 };
  for (const layer of layers) {
    const isMixed = hosts === 'several';
    if (isNew || layer.mapping !== 'endpoint-independent') {
      ports = portsOf(layer, { ports, isNew, isMixed });
      isNew = true;
    }
    if (hasArbitraryPool(layer)) hosts = 'several';
  }
  return ports;
}

function portsOf(
  layer: NatProfile,
  entering: { readonly ports: Ports; readonly isNew: boolean; readonly isMixed: boolean },
): Ports {
  const { portStep: step = 1 } = layer;
  // Counters and blocks of several hosts, or of several addresses, look like chance once they are mixed.
  const mixed = (kind: PortPatternKind): Ports => ({ kinds: [kind, 'range', 'random', 'undetermined'], step });
  switch (layer.ports) {
    case 'random':
    case 'parity':
      return { kinds: ['random'], step };
    case 'sequential':
      return { kinds: ['sequential'], step };
    case 'socket-sequential':
      return entering.isNew ? entering.ports : { kinds: ['sequential'], step };
    case 'block':
      return entering.isMixed || hasArbitraryPool(layer) ? mixed('range') : { kinds: ['range'], step };
    case 'preserved': {
      const [kind = 'random'] = entering.ports.kinds;
      if (entering.isNew) {
        return entering.isMixed && kind === 'sequential'
          ? { ...mixed(kind), step: entering.ports.step }
          : entering.ports;
      }
      // The port is in use for an earlier destination, unless the new mapping gets another address: then it is what it was.
      return hasArbitraryPool(layer) ? { kinds: PORT_ASSIGNMENT_KINDS, step: null } : { kinds: ['random'], step };
    }
  }
}

function observedPooling(layers: readonly NatProfile[]): readonly Pooling['behavior'][] {
  const outermost = layers.at(-1);
  if (outermost && hasArbitraryPool(outermost)) return ['arbitrary'];
  // To the outermost NAT, each address of a pool before it is another host, which is paired with another address.
  const isSeveralHosts = layers.slice(0, -1).some(hasArbitraryPool);
  return outermost && outermost.poolSize > 1 && isSeveralHosts ? ['arbitrary', 'one-address'] : ['one-address'];
}

function hasArbitraryPool({ poolSize, pooling }: NatProfile): boolean {
  return poolSize > 1 && pooling === 'arbitrary';
}
