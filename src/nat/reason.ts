/** Why something could not be determined: a closed list of codes, and what each means in plain words. */

export const REASONS = {
  'unknown-host': 'no server name could be resolved',
  'dns-silent': 'the name servers did not answer, so no server name could be resolved',
  'no-answer': 'no server answered, over UDP or TCP',
  'udp-silent': 'nothing answered over UDP, although the server accepts TCP connections',
  'no-route': 'this host cannot send to the server: it has no route there, or its own firewall forbids it',
  'malformed-replies': 'whatever answers at the server address does not speak STUN',
  'wrong-source': 'the replies did not come from the address that the requests were sent to',
  'wrong-transaction-id': 'the replies did not carry the transaction id of any request',
  'error-replies': 'the server answered only with errors',
  'server-has-one-address': 'the server has one address; this test needs a server with two',
  'ports-agree':
    'two ports of one address see the same public endpoint, so it does not depend on the port; a server at another address would tell whether it depends on the address',
  'servers-disagree':
    'the servers contradict each other about the public endpoint of one socket: it may depend on the destination, or one of them is wrong; a server with two addresses would tell',
  'unproven-servers':
    'of all servers only such have answered as somebody else has named, and their word alone proves nothing',
  'alternate-mute':
    'the server does not answer from its alternate address or port, even where the reply could get through, so silence proves nothing',
  'response-port-refused': 'the test needs RESPONSE-PORT, which the server does not support',
  'response-port-mute':
    'no reply that was asked for at another port (RESPONSE-PORT) has come in time, even where it could get through, so silence proves nothing',
  'several-public-addresses':
    'the public address changes with the destination, so the server cannot reach the control socket',
  'untrusted-address': "the server reported a public address that this host does not send to on a server's word alone",
  'router-restarted': 'the public endpoint of one socket changed while it was tested, as when a router restarts',
  'depends-on-destination':
    'the public endpoint changes with the destination; only answers from two ports of one other address can show what exactly it depends on',
  'no-nat': 'there is no NAT, so there is nothing to test',
  'irregular-ports': 'the public ports are too regular for chance, but not regular enough to show a rule',
  'ports-preserved':
    'every port is kept at one public address: most NAPTs do so while ports are free, and so does a one-to-one translation behind a filter; another host on the same port would tell',
  'too-much-loss': 'too many packets were lost to tell silence from loss',
  'cut-short':
    'no server had answered when the other IP version had its verdict, so it was not waited for any longer; alone, it is given its full time',
  'alternate-unheard':
    "nothing passes between the browser and the server's other address or port, even where the way is open, so silence proves nothing",
  'browser-without-udp':
    'the browser sends nothing over UDP: a setting, a policy, an extension, or a proxy forbids it; `natcheck detect` tells what the network does',
  'browser-hides-base':
    'the browser does not say whether the public endpoint is its own, so a NAT that keeps ports looks like none',
  'browser-cannot-tell': 'a page in a browser cannot test this; `natcheck detect` can',
  deadline: 'the time limit was reached first',
} as const;

export type Reason = keyof typeof REASONS;

export function explainReason(reason: Reason): string {
  return REASONS[reason];
}
