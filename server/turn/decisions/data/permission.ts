/** CreatePermission (RFC 8656 §10.2), and the addresses that may send to an allocation, and be sent to. */
import { type Endpoint, familyOf } from '../../../../src/endpoint.ts';
import { isAllowedAddress } from '../access/peer-policy.ts';
import type { ErrorCode } from '../error-code.ts';
import { PERMISSION_MS } from '../limits.ts';
import type { AllocationRequest } from '../received.ts';
import type { RequestVerdict } from '../reply.ts';
import type { Allocation, Permission, State } from '../state.ts';

/** Permits all the addresses of the request, or none. */
export function createPermission(
  now: number,
  state: State,
  { allocation, request }: AllocationRequest,
): RequestVerdict {
  const peers = request.attributes.flatMap((one) => (one.type === 'XOR-PEER-ADDRESS' ? [one.value] : []));
  return peers.length === 0 ? 400 : (permit(now, state, { allocation, peers }) ?? []);
}

/** Installs or renews the permissions; or gives why none of them can be. */
export function permit(
  now: number,
  state: State,
  { allocation, peers }: { readonly allocation: Allocation; readonly peers: readonly Endpoint[] },
): ErrorCode | null {
  const { family, permissions } = allocation;
  const isThere = (address: string): boolean => permissions.some((one) => one.address === address);
  const addresses = new Set(peers.map(({ address }) => address));
  for (const address of addresses) {
    if (familyOf(address) !== family) return 443;
    if (!isAllowedAddress(state, address)) return 403;
  }
  const fresh = [...addresses].filter((address) => !isThere(address)).map((address) => ({ address, expiresAt: 0 }));
  if (permissions.length + fresh.length > state.limits.peersPerAllocation) return 508;
  allocation.permissions = [...permissions, ...fresh];
  for (const one of allocation.permissions) if (addresses.has(one.address)) one.expiresAt = now + PERMISSION_MS;
  return null;
}

/** The permission for the address; one that is over is none. */
export function permissionFor(now: number, { permissions }: Allocation, address: string): Permission | undefined {
  return permissions.find((one) => one.address === address && now < one.expiresAt);
}
