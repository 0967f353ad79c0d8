/** Why something could not be determined: a closed list of codes, and what each means in plain words. */

export const REASONS = {
  'unknown-host': 'no server name could be looked up',
  'dns-silent': 'the name servers do not answer, so that no server name could be looked up',
  'no-answer': 'no server answered, neither over UDP nor over TCP',
  'udp-silent': 'nothing answered over UDP, while the server accepts TCP connections',
  'no-route': 'the system has no route to the server',
  'malformed-replies': 'what answers at the server address does not speak STUN',
  'wrong-source': 'the replies did not come from the address that was asked',
  'wrong-transaction-id': 'the replies did not carry the transaction id of any request',
  'error-replies': 'the server answered with errors only',
  'server-has-one-address': 'the server has one address; this test needs a server with two',
  'alternate-mute':
    'the server does not answer from its alternate address or port, even where the way is open, so silence proves nothing',
  'response-port-refused': 'the test needs RESPONSE-PORT, which the server does not offer',
  'several-public-addresses':
    'the public address changes with the destination, so that the server cannot reach the control socket',
  'untrusted-address':
    "the public address that the server tells is one that this host does not send to on a server's word",
  'depends-on-destination':
    'the public endpoint changes with the destination; a server with two addresses tells on what exactly it depends',
  'no-nat': 'there is no NAT, so that there is nothing to find out',
  'irregular-ports': 'the public ports are too regular for chance, and not regular enough for a rule',
  'too-much-loss': 'too many packets were lost to tell silence from loss',
  deadline: 'time was up',
} as const;

export type Reason = keyof typeof REASONS;

export function explainReason(reason: Reason): string {
  return REASONS[reason];
}
