/** Which datagrams a path takes to send. */
import { familyOf } from '../../endpoint.ts';
import type { PairReport, SelectedPair } from '../../ice/checklist/pair.ts';
import { DATA_MAX_BYTES } from '../../turn/data.ts';
import { isThroughRelay } from '../attempt/outcome/endpoints-in-use.ts';
import { explainEnd } from './end.ts';
import { count, type PathRecord } from './record.ts';
import { socketNamed } from './route.ts';
import { PathSendError } from './send-error.ts';

/** The 65,535 bytes of an IPv4 packet (RFC 791 §3.1) without its header of 20 bytes and the UDP header of 8. */
const IPV4_MAX_BYTES = 65_507;
/** The 65,535 bytes that an IPv6 packet has after its header (RFC 8200 §3), without the UDP header of 8. */
const IPV6_MAX_BYTES = 65_527;

/** Sends a datagram. @throws PathSendError when it is not taken. */
export function send(record: PathRecord, bytes: Uint8Array): void {
  const { socket, remote } = pairFor(record, bytes);
  count(record.sent, bytes);
  const refuse = (): void => {
    record.sendFailures++;
  };
  const via = socketNamed(record, socket);
  if (via) via.send(bytes, remote.endpoint, refuse);
  else refuse();
}

/** Returns the most bytes that `send` takes in one datagram now; 0 while there is no pair to send on. */
export function maxDatagram(record: PathRecord): number {
  const pair = record.end ? null : record.session.selected();
  return pair ? maxOn(record, pair) : 0;
}

function pairFor(record: PathRecord, bytes: Uint8Array): SelectedPair {
  const { end, session, openedAt } = record;
  if (end) throw new PathSendError('path-over', `the path is over: ${explainEnd(end)}`);
  const pair = session.selected();
  if (!pair && openedAt !== null) throw new PathSendError('path-over', 'the path is over');
  if (!pair) throw new PathSendError('not-connected', 'the path is not open yet');
  const max = maxOn(record, pair);
  if (bytes.length > max) {
    throw new PathSendError('too-large', `a datagram of ${bytes.length} bytes: this path takes ${max} at most`);
  }
  return pair;
}

/** Returns how many bytes a datagram on the pair may have: fewer through a relay of either side, and from some sockets. */
function maxOn(record: PathRecord, pair: PairReport): number {
  const { maxBytes = Number.POSITIVE_INFINITY } = socketNamed(record, pair.socket) ?? {};
  if (isThroughRelay(pair)) return Math.min(maxBytes, DATA_MAX_BYTES);
  const isOverIpv6 = familyOf(pair.remote.endpoint.address) === 'IPv6';
  return Math.min(maxBytes, isOverIpv6 ? IPV6_MAX_BYTES : IPV4_MAX_BYTES);
}
