/** A DNS server on loopback that answers as it is told, or says nothing at all. */
import { createSocket } from 'node:dgram';
import dnsPacket from 'dns-packet';

export interface FakeDns extends AsyncDisposable {
  /** `ADDRESS:PORT`. */
  readonly name: string;
  /** `TYPE NAME` of each question, in the order of arrival. */
  readonly asked: string[];
  /** Resolves when so many questions have come. */
  readonly hasBeenAsked: (count: number) => Promise<void>;
}

/** @param answer gives the records of one question; none is `no such name`; null is silence. */
export async function startFakeDns(
  answer: (question: { readonly type: string; readonly name: string }) => readonly dnsPacket.Answer[] | null,
): Promise<FakeDns> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  let wake = (): void => {};
  socket.on('message', (bytes, { address, port }) => {
    const { id = 0, questions = [] } = dnsPacket.decode(bytes);
    const [{ type = '', name = '' } = {}] = questions as readonly { type?: string; name?: string }[];
    asked.push(`${type} ${name}`);
    wake();
    const answers = answer({ type, name });
    if (!answers) return;
    // Bit 15 says reply; response code 3 says that there is no such name (RFC 1035 §4.1.1).
    const flags = answers.length > 0 ? 0 : 3;
    socket.send(dnsPacket.encode({ type: 'response', id, flags, questions, answers: [...answers] }), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    name: `127.0.0.1:${socket.address().port}`,
    asked,
    hasBeenAsked: async (count) => {
      while (asked.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(resolve)),
  };
}

/** Says nothing, whatever it is asked. */
export const SILENT = (): null => null;
