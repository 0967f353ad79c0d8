/** Punches as the library makes them, against a real server on loopback, with what they told on the way. */
import { type NatcheckServer, type ServerOptions, startServer } from '../../server/index.ts';
import type { PunchOptions } from '../../src/punch/options.ts';
import { punch } from '../../src/punch/punch.ts';
import type { PunchEvent } from '../../src/punch/report/steps.ts';
import type { SolePunchResult } from '../../src/punch/result.ts';

export function startPunchServer(options: Partial<ServerOptions> = {}): Promise<NatcheckServer> {
  return startServer({ ip: ['127.0.0.1', '127.0.0.2'], port: 0, altPort: 0, httpPort: 0, ...options });
}

/** The ports of a server, to start another one in its place. */
export function portsOf({ addresses, httpPort }: NatcheckServer): Pick<ServerOptions, 'port' | 'altPort' | 'httpPort'> {
  const ports = [...new Set(addresses.map(({ port }) => port))];
  return { port: ports[0] ?? 0, altPort: ports[1] ?? 0, httpPort };
}

export interface RunningPunch {
  readonly result: Promise<SolePunchResult>;
  readonly notices: readonly string[];
  /** Resolves when the event has come, or was there. */
  readonly told: (what: (event: PunchEvent) => boolean) => Promise<void>;
}

export function startPunch(
  server: NatcheckServer,
  options: Pick<PunchOptions, 'id' | 'peer'> & Partial<PunchOptions>,
): RunningPunch {
  const events: PunchEvent[] = [];
  const listeners = new Set<(event: PunchEvent) => void>();
  const notices: string[] = [];
  const result = punch({
    server: `127.0.0.1:${portsOf(server).port}`,
    rendezvous: `ws://127.0.0.1:${server.httpPort}`,
    onEvent: (event) => {
      events.push(event);
      if (event.kind === 'notice') notices.push(event.text);
      for (const listener of listeners) listener(event);
    },
    ...options,
  });
  return {
    result,
    notices,
    told: (what) =>
      new Promise((resolve) => {
        if (events.some(what)) return resolve();
        listeners.add((event) => {
          if (what(event)) resolve();
        });
      }),
  };
}

export const isStep =
  (step: number) =>
  (event: PunchEvent): boolean =>
    event.kind === 'step' && event.step.step === step;

export const isNotice =
  (pattern: RegExp) =>
  (event: PunchEvent): boolean =>
    event.kind === 'notice' && pattern.test(event.text);
