import { describe, expect, it } from 'vitest';
import { createDisposal } from '../../../lab/docker/disposal.ts';

describe('a disposal', () => {
  it('releases the last resource first, of either kind, and each once', async () => {
    const released: string[] = [];
    const disposal = createDisposal();
    disposal.use({ [Symbol.dispose]: () => void released.push('first') });
    disposal.use({ [Symbol.asyncDispose]: async () => void released.push('second') });
    disposal.defer(() => released.push('third'));
    await disposal[Symbol.asyncDispose]();
    await disposal[Symbol.asyncDispose]();
    expect(released).toEqual(['third', 'second', 'first']);
  });

  it('releases the rest when one release fails, and then throws that error', async () => {
    const released: string[] = [];
    const disposal = createDisposal();
    disposal.defer(() => released.push('first'));
    disposal.defer(() => Promise.reject(new Error('stuck')));
    await expect(disposal[Symbol.asyncDispose]()).rejects.toThrow('stuck');
    expect(released).toEqual(['first']);
  });

  it('releases nothing once it was moved', async () => {
    const released: string[] = [];
    const disposal = createDisposal();
    disposal.defer(() => released.push('moved'));
    const owner = disposal.move();
    await disposal[Symbol.asyncDispose]();
    expect(released).toEqual([]);
    await owner[Symbol.asyncDispose]();
    expect(released).toEqual(['moved']);
  });
});
