/** What each verdict means, in words for someone who has never heard of NAT types. */
import type { Prospect } from '../../src/nat/prospect.ts';
import type { VerdictType } from '../../src/nat/verdict.ts';

export const MEANING: Readonly<Record<VerdictType, string>> = {
  open: 'There is no NAT and no firewall: anyone can send to this machine.',
  firewalled: 'There is no NAT, but a firewall lets in only replies to what this machine has sent.',
  'full-cone': 'The router gives each socket one public endpoint and lets anyone send to it.',
  restricted:
    'The router gives each socket one public endpoint and lets in only addresses that the socket has sent to, from any port.',
  'port-restricted':
    'The router gives each socket one public endpoint and lets in only the exact address and port that the socket has sent to.',
  symmetric:
    'The router gives a socket a new public endpoint for each destination, so a peer cannot know where to send.',
  'udp-blocked': 'The server is up and answers over TCP, but UDP does not get through: a firewall blocks it.',
  inconclusive: 'The evidence does not settle it, and natcheck does not guess.',
};

export const PROSPECT_TEXT: Readonly<Record<Prospect, string>> = {
  direct: 'direct',
  prediction: 'needs port prediction',
  relay: 'needs a relay',
};
