/** The images of an engine that holds them in a list. */
import type Dockerode from 'dockerode';
import { expect, it } from 'vitest';
import { labImages, removeLabImages } from '../../../../lab/docker/remains/lab-images.ts';

const IMAGES = [
  { Id: 'base', Size: 300, RepoTags: ['natcheck-lab-base:1'], layers: ['a'] },
  { Id: 'used', Size: 350, RepoTags: ['natcheck-lab:2'], layers: ['a', 'b'] },
  { Id: 'free', Size: 320, RepoTags: ['natcheck-lab:1', 'natcheck-lab-files:1'], layers: ['a', 'c'] },
];

function engineWith(images: typeof IMAGES) {
  const there = new Map(images.map((image) => [image.Id, new Set(image.RepoTags)]));
  const removed: string[] = [];
  const docker = {
    listImages: async () => images.filter(({ Id }) => there.get(Id)?.size),
    getImage: (name: string) => ({
      inspect: async () => {
        const image = images.find(({ Id }) => Id === name);
        return { Size: image?.Size, RootFS: { Layers: image?.layers } };
      },
      remove: async () => {
        const image = images.find(({ RepoTags }) => RepoTags.includes(name));
        if (image?.Id === 'used') throw Object.assign(new Error('in use'), { statusCode: 409 });
        there.get(image?.Id ?? '')?.delete(name);
        removed.push(name);
      },
    }),
  };
  return { docker: docker as unknown as Dockerode, removed };
}

it('are counted with their size together', async () => {
  expect(await labImages(engineWith(IMAGES).docker)).toEqual({ count: 3, bytes: 370 });
});

it('are removed by all their tags, but those that containers use', async () => {
  const { docker, removed } = engineWith(IMAGES);
  expect(await removeLabImages(docker)).toEqual({ count: 2, bytes: 20 });
  expect(removed).toEqual(['natcheck-lab:1', 'natcheck-lab-files:1', 'natcheck-lab-base:1']);
});
