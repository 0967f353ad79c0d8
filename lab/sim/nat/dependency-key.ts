/** The one idea behind mapping and filtering alike: two remotes with the same key are treated the same. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import type { Dependency } from '../../../src/nat/behavior.ts';

/** The part of the remote endpoint that a mapping (RFC 4787 §4.1) or a filter (RFC 4787 §5) depends on. */
export function dependencyKey(dependency: Dependency, remote: Endpoint): string {
  switch (dependency) {
    case 'endpoint-independent':
      return '';
    case 'address-dependent':
      return remote.address;
    case 'address-and-port-dependent':
      return formatEndpoint(remote);
  }
}
