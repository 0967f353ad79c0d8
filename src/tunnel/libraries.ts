/** The libraries that encrypt tunnels, which are optional and loaded when the first tunnel is made. */
import { createRequire } from 'node:module';
import { UsageError } from '../errors.ts';
import { loadUdx } from '../net/udx/load.ts';
import type { Udx } from '../net/udx/native.ts';
import type { NoiseLibrary } from './handshake/noise.ts';
import type { SecretStreamLibrary } from './session/native/secret-stream.ts';

/** A library that tunnels need is not installed, or has no binary for this platform: `message` is a sentence. */
export class TunnelUnavailableError extends UsageError {}

export interface TunnelLibraries {
  readonly noise: NoiseLibrary;
  readonly SecretStream: SecretStreamLibrary;
}

const require = createRequire(import.meta.url);
let loaded: TunnelLibraries | undefined;

/**
 * Loads all that a tunnel needs, so that whoever lacks some of it learns that before anybody is invited; returns a table of streams.
 * @throws TunnelUnavailableError, UdxMissingError
 */
export async function requireTunnels(): Promise<Udx> {
  loadTunnelLibraries();
  return await loadUdx();
}

/** @throws TunnelUnavailableError */
export function loadTunnelLibraries(): TunnelLibraries {
  loaded ??= load();
  return loaded;
}

function load(): TunnelLibraries {
  try {
    return {
      noise: { Noise: require('noise-handshake'), curve: require('noise-curve-ed') },
      SecretStream: require('@hyperswarm/secret-stream'),
    };
  } catch (error) {
    const advice = 'install natcheck with its optional dependencies, on a platform that they have binaries for';
    throw new TunnelUnavailableError(`the libraries that encrypt a tunnel cannot be loaded: ${advice}`, {
      cause: error,
    });
  }
}
