/** The part of hyperdht that the benchmark uses; hyperdht has no types of its own. */
declare module 'hyperdht' {
  import type { Duplex } from 'node:stream';

  interface NodeAddress {
    readonly host: string;
    readonly port: number;
  }

  interface NodeOptions {
    readonly bootstrap?: readonly NodeAddress[];
    readonly host?: string;
    readonly port?: number;
    readonly anyPort?: boolean;
    readonly ephemeral?: boolean;
    readonly firewalled?: boolean;
    readonly randomPunchInterval?: number;
  }

  interface EncryptedStream extends Duplex {
    readonly rawStream: { readonly remoteHost: string; readonly remotePort: number };
  }

  interface Server {
    readonly publicKey: Buffer;
    listen(keyPair: object): Promise<unknown>;
    close(): Promise<void>;
  }

  export default class HyperDHT {
    static bootstrapper(port: number, host: string, options?: NodeOptions): HyperDHT;
    static keyPair(): object;
    constructor(options: NodeOptions);
    fullyBootstrapped(): Promise<void>;
    createServer(onConnection: (stream: EncryptedStream) => void): Server;
    connect(publicKey: Buffer): EncryptedStream;
  }
}
