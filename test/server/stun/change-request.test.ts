/** Every socket with every combination of change flags (RFC 5780 §6.1, table 1). */
import { describe, expect, it } from 'vitest';
import { attribute } from '../../../src/stun/message.ts';
import { CLIENT, CLIENT_V6, changeRequest, classicRequest, replyTo, request, TWO, TWO_V6 } from './requests.ts';

type Place = 'A1' | 'A2' | 'B1' | 'B2';

/** EndpointPair; then the departure for: neither flag, change port, change IP, both; then the other address. */
const TABLE: readonly (readonly [Place, Place, Place, Place, Place, Place])[] = [
  ['A1', 'A1', 'A2', 'B1', 'B2', 'B2'],
  ['A2', 'A2', 'A1', 'B2', 'B1', 'B1'],
  ['B1', 'B1', 'B2', 'A1', 'A2', 'A2'],
  ['B2', 'B2', 'B1', 'A2', 'A1', 'A1'],
];

const CASES = TABLE.flatMap(([at, none, port, ip, both, other]) => [
  { at, ip: false, port: false, from: none, other },
  { at, ip: false, port: true, from: port, other },
  { at, ip: true, port: false, from: ip, other },
  { at, ip: true, port: true, from: both, other },
]);

describe.each([
  { family: 'IPv4', layout: TWO, remote: CLIENT },
  { family: 'IPv6', layout: TWO_V6, remote: CLIENT_V6 },
])('CHANGE-REQUEST over $family', ({ layout, remote }) => {
  const place = (name: Place) => ({
    address: layout.addresses[name.startsWith('A') ? 0 : 1] ?? '',
    port: name.endsWith('1') ? 3478 : 3479,
  });

  it.each(CASES)('at $at with ip $ip and port $port leaves from $from and names $other', (row) => {
    const reply = replyTo(layout, request([changeRequest({ ip: row.ip, port: row.port })]), {
      local: place(row.at),
      remote,
    });
    expect(reply.from).toEqual(place(row.from));
    expect(reply.to).toEqual(remote);
    expect(reply.redirected).toBe(row.ip || row.port);
    expect(attribute(reply.message, 'RESPONSE-ORIGIN')).toEqual(place(row.from));
    expect(attribute(reply.message, 'MAPPED-ADDRESS')).toEqual(row.ip || row.port ? remote : undefined);
    expect(attribute(reply.message, 'OTHER-ADDRESS')).toEqual(place(row.other));
  });

  it.each(CASES)('of a classic client at $at with ip $ip and port $port leaves from $from too', (row) => {
    const reply = replyTo(layout, classicRequest([changeRequest({ ip: row.ip, port: row.port })]), {
      local: place(row.at),
      remote,
    });
    expect(reply.from).toEqual(place(row.from));
    expect(reply.redirected).toBe(row.ip || row.port);
    expect(reply.attributes).toEqual([
      { type: 'MAPPED-ADDRESS', value: remote },
      { type: 'SOURCE-ADDRESS', value: place(row.from) },
      { type: 'CHANGED-ADDRESS', value: place(row.other) },
    ]);
  });
});
