import type Dockerode from 'dockerode';
import { expect, it } from 'vitest';
import { ensurePulled, withTag } from '../../../../lab/docker/image/pull.ts';

it.each([
  ['alpine', 'alpine:latest'],
  ['alpine:3', 'alpine:3'],
  ['host:5000/a/b', 'host:5000/a/b:latest'],
  ['a@sha256:00', 'a@sha256:00'],
])('%s without a tag is %s', (image, tagged) => {
  expect(withTag(image)).toBe(tagged);
});

/** It has no image, and its registry says no. */
const engine = {
  getImage: () => ({ inspect: () => Promise.reject(new Error('no such image')) }),
  pull: () => Promise.reject(new Error('(HTTP code 404) unexpected - pull access denied for none ')),
} as unknown as Dockerode;
const progress = (): void => {};

it.each([
  ['none', 'given', 'the image none:latest cannot be pulled: pull access denied for none'],
  ['none', 'private', 'there is no image none:latest on the private engine, which reaches no registry'],
  ['a b', 'given', '"a b" is not the name of an image'],
  ['', 'given', '"" is not the name of an image'],
  ['-x', 'given', '"-x" is not the name of an image'],
] as const)('the image "%s" is refused by an engine that is %s', async (image, kind, message) => {
  await expect(ensurePulled(engine, image, { kind, progress })).rejects.toThrow(message);
});
