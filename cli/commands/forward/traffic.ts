/** How much has gone through all tunnels of a command, and how it goes now. */
import type { Tunnel, TunnelStats } from '../../../src/tunnel/tunnel.ts';
import type { Traffic } from '../../tunnel/status-line.ts';

export interface Traffics {
  readonly add: (tunnel: Tunnel) => void;
  /** The sums; path and round trip are those of the newest tunnel. */
  readonly read: () => Traffic;
}

export function createTraffics(): Traffics {
  /** The newest last. */
  const live = new Set<Tunnel>();
  const ended = { bytesSent: 0, bytesReceived: 0 };
  return {
    add: (tunnel) => {
      live.add(tunnel);
      void tunnel.closed.then(() => {
        const { bytesSent, bytesReceived } = tunnel.stats();
        ended.bytesSent += bytesSent;
        ended.bytesReceived += bytesReceived;
        live.delete(tunnel);
      });
    },
    read: () => {
      const all = [...live].map((tunnel) => tunnel.stats());
      const sum = (of: 'bytesSent' | 'bytesReceived'): number =>
        all.reduce((bytes: number, stats: TunnelStats) => bytes + stats[of], ended[of]);
      const { path = null, rttMs = null } = all.at(-1) ?? {};
      return { path, rttMs, bytesSent: sum('bytesSent'), bytesReceived: sum('bytesReceived') };
    },
  };
}
