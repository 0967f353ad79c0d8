/** One UDP flow: the datagrams of a stream of the tunnel, and a way to the local end of them. */
import { TunnelStreamError } from '../errors.ts';
import type { Tunnel, TunnelStream } from '../tunnel.ts';
import type { HowEnded, OnForwardEvent, Traffic } from './event.ts';
import type { Flow } from './flow-table.ts';

export interface TunnelFlow extends Flow {
  /** Sends to the other side; what is too large is counted, told of once, and dropped. */
  readonly send: (bytes: Uint8Array) => void;
}

export interface FlowOptions {
  readonly tunnel: Tunnel;
  readonly stream: TunnelStream;
  /** As it is told of. */
  readonly target: string;
  readonly client: string | null;
  /** Which way what is sent goes. */
  readonly sends: 'to-target' | 'from-target';
  /** Gets the other side's datagrams. */
  readonly receive: (bytes: Uint8Array) => void;
  /** Called once when the flow is over, whoever has ended it. */
  readonly onEnd: () => void;
  readonly onEvent: OnForwardEvent;
}

/** Begins a flow. It is over when it is ended here, or when its stream closes. */
export function createFlow(options: FlowOptions): TunnelFlow {
  const { tunnel, stream, target, client, sends, onEvent } = options;
  const traffic: Traffic = { bytesToTarget: 0, bytesFromTarget: 0, tooLarge: 0 };
  const [sent, received] =
    sends === 'to-target'
      ? (['bytesToTarget', 'bytesFromTarget'] as const)
      : (['bytesFromTarget', 'bytesToTarget'] as const);
  onEvent({ kind: 'stream-opened', stream: stream.number, target, client });
  watch(stream, (how) => {
    onEvent({ kind: 'stream-closed', stream: stream.number, target, how, traffic });
    options.onEnd();
  });
  stream.onDatagram((bytes) => {
    traffic[received] += bytes.length;
    options.receive(bytes);
  });
  return {
    send: (bytes) => {
      const maxBytes = tunnel.maxDatagram();
      if (bytes.length <= maxBytes) {
        if (stream.sendDatagram(bytes)) traffic[sent] += bytes.length;
        return;
      }
      traffic.tooLarge += 1;
      if (traffic.tooLarge === 1) onEvent({ kind: 'datagram-too-large', target, bytes: bytes.length, maxBytes });
    },
    // A stream without bytes has nothing to lose, and so is not ended in two steps.
    end: () => stream.destroy(),
  };
}

/** The stream of a flow carries no bytes: whatever comes is dropped, and however it ends, the flow has ended. */
function watch(stream: TunnelStream, onClose: (how: HowEnded) => void): void {
  let how: HowEnded = 'ended';
  stream.on('error', (error) => {
    if (error instanceof TunnelStreamError && error.code === 'lost') how = 'lost';
  });
  stream.once('close', () => onClose(how));
  stream.once('end', () => stream.destroy());
  stream.resume();
}
