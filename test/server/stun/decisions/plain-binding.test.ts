/** The quick answer is held to the responder's: the same bytes for what it takes, and nothing taken but that. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointsOf, type Layout } from '../../../../server/stun/decisions/layout.ts';
import { createPlainBinding } from '../../../../server/stun/decisions/plain-binding.ts';
import { respond } from '../../../../server/stun/decisions/responder.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import { hex } from '../../../../src/stun/hex.ts';
import { A, ALT_PORT, B, CLIENT, CLIENT_V6, changeRequest, ONE, PORT, request, TWO, TWO_V6 } from '../requests.ts';

const software = { software: 'natcheck' };
const LAYOUTS: readonly Layout[] = [ONE, TWO, TWO_V6, { ...ONE, ...software }, { ...TWO_V6, ...software }];

/** A layout, one of its sockets, and whoever sends there, itself at times. */
const arrival = fc.constantFrom(...LAYOUTS).chain((layout) => {
  const own = endpointsOf(layout);
  const isV6 = layout.addresses[0].includes(':');
  const address = isV6 ? fc.ipV6().map(canonical) : fc.ipV4();
  const stranger = fc.record({ address, port: fc.nat(65_535) });
  const remote = fc.oneof({ weight: 8, arbitrary: stranger }, fc.constantFrom(...own, isV6 ? CLIENT_V6 : CLIENT));
  return fc.record({ layout: fc.constant(layout), local: fc.constantFrom(...own), remote });
});
const transactionId = fc.uint8Array({ minLength: 12, maxLength: 12 });
const plain = transactionId.map((id) => request([], { id }));
/** A plain request with one byte changed, cut short, or with bytes after it. */
const nearlyPlain = fc
  .record({ bytes: plain, at: fc.nat(19), byte: fc.nat(255), length: fc.integer({ min: 0, max: 28 }) })
  .map(({ bytes, at, byte, length }) => {
    const changed = new Uint8Array(28);
    changed.set(bytes);
    changed[at] = byte;
    return changed.subarray(0, at % 2 === 0 ? 20 : length);
  });
const other = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  transactionId.map((id) => request([changeRequest({ ip: false, port: false })], { id })),
  transactionId.map((id) => request([], { id, fingerprint: true })),
);

/** As the system writes it (RFC 5952). */
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

const isOwn = (layout: Layout, { address, port }: Endpoint): boolean =>
  endpointsOf(layout).some((own) => own.address === address && own.port === port);

describe('the quick answer to a plain Binding', () => {
  it('has the bytes of the responder, and goes back the way that the request came', () => {
    fc.assert(
      fc.property(arrival, fc.oneof(plain, nearlyPlain, other), ({ layout, local, remote }, datagram) => {
        const bytes = createPlainBinding(layout, local)(datagram, remote);
        if (bytes === null) return;
        const answer = respond(0, layout, { datagram, local, remote });
        expect({ ...answer, ...('bytes' in answer && { bytes: hex(answer.bytes) }) }).toEqual({
          ...{ kind: 'reply', from: local, to: remote, redirected: false },
          bytes: hex(bytes),
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it('is there for every request of 20 bytes from somebody else who can be answered, and for nothing else', () => {
    fc.assert(
      fc.property(arrival, fc.oneof(plain, nearlyPlain, other), ({ layout, local, remote }, datagram) => {
        const isPlain = hex(datagram.subarray(0, 8)) === '000100002112a442' && datagram.length === 20;
        const isTaken = createPlainBinding(layout, local)(datagram, remote) !== null;
        expect(isTaken).toBe(isPlain && remote.port !== 0 && !isOwn(layout, remote));
      }),
      { numRuns: 3_000 },
    );
  });

  it('stays as it is when the next request is answered', () => {
    const answer = createPlainBinding(TWO, { address: A, port: PORT });
    const [first, second] = [CLIENT, { ...CLIENT, port: 2 }].map((remote) => answer(request(), remote));
    expect(hex(first?.subarray(20, 32) ?? new Uint8Array())).toBe('002000080001bd52e112a645');
    expect(hex(second?.subarray(20, 32) ?? new Uint8Array())).toBe('0020000800012110e112a645');
  });

  it('is refused to a socket that the layout does not have', () => {
    expect(() => createPlainBinding(ONE, { address: B, port: ALT_PORT })).toThrow(RangeError);
  });
});
