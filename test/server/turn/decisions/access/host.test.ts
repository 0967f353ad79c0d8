/** The host is looked at every second, as it may get an address that must not be relayed to. */
import { afterEach, expect, it, vi } from 'vitest';
import type { HostAddresses } from '../../../../../server/turn/decisions/access/known-host.ts';
import type { TurnServerInput } from '../../../../../server/turn/decisions/input-output.ts';
import { DEFAULT_RELAY_LIMITS } from '../../../../../server/turn/decisions/limits.ts';
import { serveRelay } from '../../../../../server/turn/service.ts';
import { createWorld, SERVER } from '../world.ts';

afterEach(() => void vi.useRealTimers());

it('the relay is told of the host when it has become another one, and not again', async () => {
  vi.useFakeTimers();
  const { relay } = createWorld();
  const told: TurnServerInput[] = [];
  const handle: typeof relay.handle = (now, input) => {
    if (input.kind === 'host') told.push(input);
    return relay.handle(now, input);
  };
  let host: HostAddresses = { addresses: [SERVER], networks: ['203.0.113.10/24'] };
  await using _service = serveRelay({
    relay: { ...relay, handle },
    limits: DEFAULT_RELAY_LIMITS,
    sockets: [],
    listeners: [],
    readHost: () => host,
    now: () => 0,
  });
  vi.advanceTimersByTime(3_000);
  expect(told).toEqual([{ kind: 'host', ...host }]);
  host = { ...host, addresses: [SERVER, '198.51.100.9'] };
  vi.advanceTimersByTime(2_000);
  expect(told.slice(1)).toEqual([{ kind: 'host', ...host }]);
});
