/** What each verdict means, in words for someone who has never heard of NAT types. */
import type { VerdictType } from '../../../nat/verdict.ts';
import { formatOdds } from '../../attempt/plan-text.ts';
import type { TechniqueChoice } from '../../attempt/techniques/choose-technique.ts';

export const MEANING: Readonly<Record<VerdictType, string>> = {
  open: 'There is no NAT and no firewall: anyone can send to this machine.',
  firewalled: 'There is no NAT, but a firewall lets in only replies to what this machine has sent.',
  'full-cone': 'The router gives each socket one public endpoint and lets anyone send to it.',
  restricted:
    'The router gives each socket one public endpoint and lets in only addresses that the socket has sent to, from any port.',
  'port-restricted':
    'The router gives each socket one public endpoint and lets in only the exact address and port that the socket has sent to.',
  symmetric:
    'The router gives a socket a new public endpoint for each destination, so a peer sees it at another one than a server does.',
  'udp-blocked': 'The server is up and answers over TCP, but UDP does not get through: a firewall blocks it.',
  inconclusive: 'The evidence does not settle it, and natcheck does not guess.',
};

/** What is said of a path that a technique opens, with its odds. */
export function techniqueWords({ technique, probability, packets, seconds }: TechniqueChoice): string {
  switch (technique) {
    case 'simultaneous-open':
      return 'direct';
    case 'port-prediction':
      return 'direct by port prediction, unless others take the ports meanwhile';
    case 'birthday':
      return `direct by a birthday attempt: ${formatOdds(probability)} with ${packets} packets, within ${seconds.toFixed(1)} s`;
    case 'relay':
      return 'only through a relay';
  }
}
