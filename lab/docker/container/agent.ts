/** Sockets inside a lab container, controlled from here by lines to image/programs/agent.pl. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { LabContainer } from './container.ts';

export interface AgentArrival {
  readonly socket: string;
  readonly from: Endpoint;
  readonly data: string;
}

export interface Agent extends AsyncDisposable {
  /** Opens a UDP socket of that name; port 0 lets the system choose. */
  bind(socket: string, at: Endpoint): Promise<Endpoint>;
  /** @param data printable ASCII. */
  send(socket: string, to: Endpoint, data: string): void;
  /** Calls back for each datagram that arrives from now on, in order, until the registration is disposed. */
  onArrival(listener: (arrival: AgentArrival) => void): Disposable;
}

/** Of an agent that does not end by itself. */
const END_TIMEOUT_MS = 3000;

/** Between the words of a message; none has it in it. */
const APART = '\t';

const AGENT = ['perl', '/usr/local/lib/natcheck-lab/agent.pl'];

export async function startAgent(container: LabContainer): Promise<Agent> {
  const program = await container.start(AGENT);
  const listeners = new Set<(arrival: AgentArrival) => void>();
  program.onLine((line) => {
    const [what, socket = '', address = '', port, ...data] = line.split(APART);
    if (what !== 'heard') return;
    const heard = { socket, from: { address, port: Number(port) }, data: data.join(APART) };
    for (const listener of listeners) listener(heard);
  });
  return {
    async bind(socket, { address, port }) {
      program.write(['bind', socket, address, port].join(APART));
      const line = await program.line(new RegExp(`^bound${APART}${literally(socket)}${APART}`));
      const [, , bound = '', at] = line.split(APART);
      return { address: bound, port: Number(at) };
    },
    send: (socket, { address, port }, data) => program.write(['send', socket, address, port, data].join(APART)),
    onArrival: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    // It ends by itself when it is told to, for which no other program has to be started in the container.
    [Symbol.asyncDispose]: async () => {
      const late = setTimeout(() => void program[Symbol.asyncDispose](), END_TIMEOUT_MS);
      program.write('end');
      await program.ended;
      clearTimeout(late);
    },
  };
}

/** An agent whose names of sockets are apart from those of others that have the same program behind them. */
export function agentWithin(agent: Agent, prefix: string): Agent {
  const full = (socket: string): string => `${prefix} ${socket}`;
  return {
    bind: (socket, at) => agent.bind(full(socket), at),
    send: (socket, to, data) => agent.send(full(socket), to, data),
    onArrival: (listener) =>
      agent.onArrival((arrival) => {
        if (!arrival.socket.startsWith(full(''))) return;
        listener({ ...arrival, socket: arrival.socket.slice(full('').length) });
      }),
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

/** The pattern that matches this text alone. */
function literally(text: string): string {
  return text.replaceAll(/[^\w\s]/g, '\\$&');
}

/** Waits for the first arrival that `wanted` accepts; null when there is none within `timeoutMs`. `meanwhile` sends what is to arrive. */
export async function arrival(
  agent: Agent,
  options: {
    readonly wanted: (arrival: AgentArrival) => boolean;
    readonly timeoutMs: number;
    readonly meanwhile: () => void;
  },
): Promise<AgentArrival | null> {
  const { promise, resolve } = Promise.withResolvers<AgentArrival | null>();
  using _ = agent.onArrival((candidate) => options.wanted(candidate) && resolve(candidate));
  const timer = setTimeout(() => resolve(null), options.timeoutMs);
  options.meanwhile();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
