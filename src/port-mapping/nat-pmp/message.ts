/** NAT-PMP messages (RFC 6886): three requests, two shapes of response. */
import type { PortRequest } from '../router.ts';

const VERSION = 0;
const OP = { address: 0, mapUdp: 1 } as const;
/** Added to the opcode in a response (RFC 6886 §3.5). */
const RESPONSE = 128;

export type NatPmpResponse =
  /** RFC 6886 §3.5: 1 unsupported version, 2 refused, 3 no network, 4 out of resources, 5 unsupported opcode. */
  | { readonly kind: 'error'; readonly op: 'address' | 'map'; readonly code: number }
  | { readonly kind: 'address'; readonly address: string }
  | ({ readonly kind: 'map' } & PortRequest);

/** RFC 6886 §3.2. */
export function encodeAddressRequest(): Uint8Array {
  return Uint8Array.of(VERSION, OP.address);
}

/**
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Vers = 0      | OP = 1 (UDP)  | Reserved                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Internal Port                 | Suggested External Port       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Requested Port Mapping Lifetime in Seconds                    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 * RFC 6886 §3.3. With the external port and the lifetime 0 it removes what the internal port has (§3.4).
 */
export function encodeMapRequest({ internalPort, externalPort, lifetimeS }: PortRequest): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, OP.mapUdp);
  view.setUint16(4, internalPort);
  view.setUint16(6, externalPort);
  view.setUint32(8, lifetimeS);
  return bytes;
}

/**
 * ```
 * | Vers = 0      | OP = 128 + x  | Result Code                   |
 * | Seconds Since Start of Epoch                                  |
 * | External IPv4 Address (OP 128)                                |
 * ```
 * ```
 * | Internal Port (OP 129)        | Mapped External Port          |
 * | Port Mapping Lifetime in Seconds                              |
 * ```
 * RFC 6886 §3.2, §3.3. Null for anything else, such as what a stranger sends.
 */
export function decodeResponse(bytes: Uint8Array): NatPmpResponse | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 8 || view.getUint8(0) !== VERSION) return null;
  const code = view.getUint16(2);
  switch (view.getUint8(1) - RESPONSE) {
    case OP.address:
      if (code !== 0) return { kind: 'error', op: 'address', code };
      return view.byteLength < 12 ? null : { kind: 'address', address: bytes.subarray(8, 12).join('.') };
    case OP.mapUdp: {
      if (code !== 0) return { kind: 'error', op: 'map', code };
      if (view.byteLength < 16) return null;
      const [internalPort, externalPort] = [view.getUint16(8), view.getUint16(10)];
      return { kind: 'map', internalPort, externalPort, lifetimeS: view.getUint32(12) };
    }
    default:
      return null;
  }
}
