import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME_DATA_MAX_BYTES } from '../../../../src/tunnel/session/stream/frames.ts';
import { createOutgoing } from '../../../../src/tunnel/session/stream/outgoing.ts';
import { WINDOW_MIN_BYTES } from '../../../../src/tunnel/session/stream/window.ts';

type Step =
  | { readonly kind: 'put'; readonly sizes: readonly number[] }
  | { readonly kind: 'next' }
  /** The native stream is lost; the peer has got this share of what was under way. */
  | { readonly kind: 'rewind'; readonly share: number }
  | { readonly kind: 'hear'; readonly share: number };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('put'), sizes: fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 5 }) }),
    fc.record({ kind: fc.constant('next') }),
    fc.record({ kind: fc.constant('rewind'), share }),
    fc.record({ kind: fc.constant('hear'), share }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

/** Bytes that show where they belong. */
function pattern(from: number, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (from + index) % 251));
}

describe('what is kept until the peer has it', () => {
  it('comes out once and in order at the peer, whatever native streams are lost in between', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const outgoing = createOutgoing();
        /** How much has been put, has gone out on this native stream, has reached the peer, and is known to have. */
        const at = { put: 0, sent: 0, got: 0, heard: 0 };
        for (const step of all) {
          if (step.kind === 'put' && !outgoing.pending()) {
            const chunks = step.sizes.map((size) => {
              at.put += size;
              return pattern(at.put - size, size);
            });
            outgoing.put(chunks);
          } else if (step.kind === 'next') {
            const bytes = outgoing.next();
            if (!bytes) continue;
            expect(Buffer.compare(bytes, pattern(at.sent, bytes.length))).toBe(0);
            at.sent += bytes.length;
          } else if (step.kind === 'hear') {
            at.got += Math.floor((at.sent - at.got) * step.share);
            at.heard = at.got;
            outgoing.hear(at.got, at.got + WINDOW_MIN_BYTES);
          } else if (step.kind === 'rewind') {
            at.got += Math.floor((at.sent - at.got) * step.share);
            expect(outgoing.rewind(at.got)).toBe(true);
            at.sent = at.got;
            at.heard = at.got;
          }
          expect(at.sent).toBeLessThanOrEqual(at.heard + WINDOW_MIN_BYTES);
        }
        outgoing.hear(at.got, Number.MAX_SAFE_INTEGER);
        for (let bytes = outgoing.next(); bytes; bytes = outgoing.next()) at.sent += bytes.length;
        expect(at.sent).toBe(at.put);
        expect(outgoing.isEmpty()).toBe(true);
      }),
    );
  });

  it('does not go on from before what the peer once had, nor from after what there is', () => {
    const outgoing = createOutgoing();
    outgoing.put([Buffer.alloc(100)]);
    outgoing.next();
    outgoing.hear(100, 1_000_000);
    expect([outgoing.rewind(99), outgoing.rewind(101), outgoing.rewind(100)]).toEqual([false, false, true]);
  });

  it('is in memory that is used again once the peer has it, and not before', () => {
    const outgoing = createOutgoing();
    outgoing.hear(0, 3 * FRAME_DATA_MAX_BYTES);
    outgoing.put([pattern(0, 3 * FRAME_DATA_MAX_BYTES)]);
    const first = outgoing.next();
    const second = outgoing.next();
    outgoing.hear(FRAME_DATA_MAX_BYTES, 0);
    const third = outgoing.next();
    expect(third?.buffer).toBe(first?.buffer);
    expect(third?.buffer).not.toBe(second?.buffer);
    outgoing.rewind(FRAME_DATA_MAX_BYTES);
    expect([outgoing.next(), outgoing.next()]).toEqual([
      pattern(FRAME_DATA_MAX_BYTES, FRAME_DATA_MAX_BYTES),
      pattern(2 * FRAME_DATA_MAX_BYTES, FRAME_DATA_MAX_BYTES),
    ]);
  });
});
