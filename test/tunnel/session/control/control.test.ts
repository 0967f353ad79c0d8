import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { UdxStream } from '../../../../src/net/udx/native.ts';
import { type ControlOptions, createControl } from '../../../../src/tunnel/session/control/control.ts';
import type { SecretStreamLibrary } from '../../../../src/tunnel/session/native/secret-stream.ts';

/** A secret stream that takes what it is given only while the test lets it, and counts it. */
function createSlow() {
  const state = { isOpen: false, written: 0 };
  const made: EventEmitter[] = [];
  class Slow extends EventEmitter {
    readonly destroyed = false;
    constructor() {
      super();
      made.push(this);
    }
    alloc(bytes: number): Buffer {
      return Buffer.alloc(bytes);
    }
    write(): boolean {
      state.written++;
      return state.isOpen;
    }
    destroy(): void {}
  }
  return { state, Slow: Slow as unknown as SecretStreamLibrary, drain: () => made[0]?.emit('drain') };
}

it('waits for a native stream that takes no more, whatever the peer says that it has, and then goes on in order', () => {
  const { state, Slow, drain } = createSlow();
  const raw = new EventEmitter() as unknown as UdxStream;
  const control = createControl({
    ...{ SecretStream: Slow, isInitiator: true, keys: { stream: () => ({}) } },
    ...{ first: { leg: { id: 1, raw, connect: () => {} }, peerId: 2 }, sendDatagram: () => {} },
    ...{ onMessage: () => {}, onHeard: () => {}, onOverflow: () => {} },
  } as unknown as ControlOptions);
  const heard = (count: number): Uint8Array => Uint8Array.of(0, 0, 0, 0, count >> 8, count & 255);
  for (let count = 1; count <= 10_000; count++) {
    control.say({ kind: 'withdrawn', number: count });
    control.hearHeard(heard(count));
  }
  expect(state.written).toBe(1);
  for (let count = 0; count < 3; count++) control.say({ kind: 'withdrawn', number: count });
  state.isOpen = true;
  drain();
  expect(state.written).toBe(4);
  control[Symbol.dispose]();
});
