/** The part of hyperbeam that the benchmark uses; it has no types of its own. */
declare module 'hyperbeam' {
  import type { Duplex } from 'node:stream';
  import type HyperDHT from 'hyperdht';

  interface Options {
    readonly announce: boolean;
    readonly dht: HyperDHT;
  }

  /** Emits `remote-address` when it can be found, or connected to. */
  interface Beam extends Duplex {}

  const Hyperbeam: new (key: string, options: Options) => Beam;
  export default Hyperbeam;
}
