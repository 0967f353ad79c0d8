import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutgoing } from '../../../../src/tunnel/session/stream/outgoing.ts';
import { createSpareBuffers } from '../../../../src/tunnel/session/stream/spare-buffers.ts';
import { WINDOW_MIN_BYTES } from '../../../../src/tunnel/session/stream/window.ts';

type Step = { /** Which of the streams it happens to. */ readonly stream: number } & Happening;

type Happening =
  | { readonly kind: 'put'; readonly sizes: readonly number[] }
  | { readonly kind: 'next' }
  /** The native stream is lost; the peer has got this share of what was under way. */
  | { readonly kind: 'rewind'; readonly share: number }
  | { readonly kind: 'hear'; readonly share: number };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const stream = fc.nat({ max: 1 });
const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 300 })), {
  maxLength: 5,
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ stream, kind: fc.constant('put'), sizes }),
    fc.record({ stream, kind: fc.constant('next') }),
    fc.record({ stream, kind: fc.constant('rewind'), share }),
    fc.record({ stream, kind: fc.constant('hear'), share }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 80 },
);

/** Bytes that show where they belong, and to which stream. */
function pattern(from: number, length: number, stream = 0): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => ((from + index) % 127) + 128 * stream));
}

const MAX_BYTES = 300_000;
/** Of MAX_BYTES each: more than the steps put. */
const DRAIN_ROUNDS = 100;

/** A stream, and what its peer has got. */
function createSender(stream: number, spare = createSpareBuffers()) {
  const outgoing = createOutgoing({ spare, max: () => MAX_BYTES });
  /** How much has been put, has gone out on this native stream, has reached the peer, and is known to have. */
  const at = { put: 0, sent: 0, got: 0, heard: 0 };
  const put = (size: number): Buffer => {
    at.put += size;
    return pattern(at.put - size, size, stream);
  };
  const next = (): boolean => {
    const bytes = outgoing.next();
    if (bytes) expect(Buffer.compare(bytes, pattern(at.sent, bytes.length, stream))).toBe(0);
    at.sent += bytes?.length ?? 0;
    return bytes !== null;
  };
  const arrive = (share: number): void => {
    at.got += Math.floor((at.sent - at.got) * share);
    at.heard = at.got;
  };
  const happen = (step: Happening): void => {
    if (step.kind === 'put' && !outgoing.pending()) outgoing.put(step.sizes.map(put));
    if (step.kind === 'next') next();
    if (step.kind === 'hear') {
      arrive(step.share);
      outgoing.hear(at.got, at.got + WINDOW_MIN_BYTES);
    }
    if (step.kind === 'rewind') {
      arrive(step.share);
      expect(outgoing.rewind(at.got)).toBe(true);
      at.sent = at.got;
    }
    expect(at.sent).toBeLessThanOrEqual(at.heard + WINDOW_MIN_BYTES);
  };
  return { outgoing, at, next, happen };
}

describe('what is kept until the peer has it', () => {
  it('comes out once and in order at the peer, whatever is lost, and whichever stream had the memory before', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const spare = createSpareBuffers();
        const senders = [createSender(0, spare), createSender(1, spare)];
        for (const step of all) senders[step.stream]?.happen(step);
        for (const { outgoing, at, next, happen } of senders) {
          // All that is kept comes out again, whatever has been written into the memory of what was dropped.
          happen({ kind: 'rewind', share: 0 });
          while (next());
          for (let round = 0; round < DRAIN_ROUNDS && !outgoing.isEmpty(); round++) {
            outgoing.hear(at.sent, Number.MAX_SAFE_INTEGER);
            while (next());
          }
          expect([at.sent, outgoing.isEmpty()]).toEqual([at.put, true]);
        }
      }),
    );
  });

  it('is not overwritten by what is written later, in this stream and in others', () => {
    const spare = createSpareBuffers();
    const senders = [createSender(0, spare), createSender(1, spare)];
    for (const { at, next, happen } of senders) {
      happen({ kind: 'put', sizes: [400_000] });
      while (next());
      happen({ kind: 'hear', share: 1 });
      expect(at.got).toBe(WINDOW_MIN_BYTES);
    }
    for (let frame = 0; frame < 2; frame++) expect(senders.map(({ next }) => next())).toEqual([true, true]);
    for (const { at, next, happen } of senders) {
      happen({ kind: 'rewind', share: 0 });
      while (next());
      expect(at.sent).toBe(2 * WINDOW_MIN_BYTES);
    }
  });

  it('is never more than there may be, for however many bytes the peer claims to have room', () => {
    const { outgoing, at, next } = createSender(0);
    outgoing.hear(0, Number.MAX_SAFE_INTEGER);
    outgoing.put([pattern(0, 1_000_000)]);
    while (next());
    expect([at.sent, outgoing.pending()]).toEqual([MAX_BYTES, true]);
    outgoing.hear(1, Number.MAX_SAFE_INTEGER);
    expect([outgoing.next()?.length, outgoing.next()]).toEqual([1, null]);
  });

  it('does not go on from before what the peer once had, nor from after what there is', () => {
    const outgoing = createOutgoing({ spare: createSpareBuffers(), max: () => MAX_BYTES });
    outgoing.put([Buffer.alloc(100)]);
    outgoing.next();
    outgoing.hear(100, 1_000_000);
    expect([outgoing.rewind(99), outgoing.rewind(101), outgoing.rewind(100)]).toEqual([false, false, true]);
  });
});
