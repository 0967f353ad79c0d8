/** The options of running a server that nobody watches: its log, and its metrics on an address of their own. */
import type { Endpoint } from '../../src/endpoint.ts';
import { checkPort } from '../start-error.ts';
import type { ServerLog } from './log.ts';

export interface OperationOptions {
  /** Takes what happens; left out, nothing is told. */
  readonly log?: ServerLog;
  /** Where /metrics, /healthz and /readyz are too, over plain HTTP; with port 0 on any free one. */
  readonly metricsListen?: Endpoint;
}

/** @throws StartError when the port is none. */
export function checkOperation({ metricsListen }: OperationOptions): void {
  if (metricsListen) checkPort('metrics-listen', metricsListen.port);
}
