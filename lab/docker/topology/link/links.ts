/** The links of a lab, each shaped once at a time. */
import type { Topology } from '../topology.ts';
import { linkEnds } from './ends.ts';
import type { LinkQuality, ShapedLinks } from './quality.ts';
import { shapeLinks } from './shape.ts';

/** @param all the sites of the topology, in its order. */
export function labLinks<S extends { readonly name: string }>(
  { sites: started, backbone }: Topology,
  all: readonly S[],
): (quality: LinkQuality, sites?: readonly S[]) => Promise<ShapedLinks> {
  const shaped = new Set<S>();
  return async (quality, sites = all) => {
    if (backbone === null) {
      throw new Error('links are shaped where they meet: start the lab with a backbone (backbone: true)');
    }
    const twice = sites.find((site, index) => shaped.has(site) || sites.indexOf(site) !== index);
    if (twice) throw new Error(`the link of ${twice.name} is shaped already: set() changes it`);
    for (const site of sites) shaped.add(site);
    const release = (): void => sites.forEach((site) => void shaped.delete(site));
    const ends = started.flatMap((site, index) => {
      const own = all[index];
      return own && sites.includes(own) ? [linkEnds(site, index)] : [];
    });
    try {
      const links = await shapeLinks(ends, backbone, quality);
      return {
        ...links,
        [Symbol.asyncDispose]: async () => {
          await links[Symbol.asyncDispose]();
          release();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  };
}
