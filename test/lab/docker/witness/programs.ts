/** Programs that two sides of a lab run, in Python: what they say of their path is not always true. */
import type { LabContainer, Program } from '../../../../lab/index.ts';

/** A relay of datagrams: what comes from one of the two that have said hello goes to the other. Its first byte of two is its own. */
const UDP_RELAY = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5000))
print("ready", flush=True)
peers = []
while True:
    data, source = s.recvfrom(2048)
    if source not in peers:
        peers.append(source)
        peers = peers[-2:]
    for other in peers:
        if other != source:
            s.sendto(b"R" + data[1:], other)
`;

/** Answers each line of a client itself: nothing of one client is told to another. */
const TCP_SERVER = `
import socketserver
class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(b"welcome, " + str(len(line)).encode() * 40 + b"\\n")
socketserver.ThreadingTCPServer.allow_reuse_address = True
print("ready", flush=True)
socketserver.ThreadingTCPServer(("", 5001), Answer).serve_forever()
`;

/** Argv: relay, peer, how many messages by the relay, how many directly after those. Random payload of 200 bytes, 20 a second. */
const PEER = `
import os, socket, sys, threading, time
relay, peer, relayed, direct = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 6000))
def listen():
    while True:
        s.recvfrom(2048)
threading.Thread(target=listen, daemon=True).start()
print("direct", flush=True)
for _ in range(relayed):
    s.sendto(os.urandom(200), (relay, 5000))
    time.sleep(0.05)
for _ in range(direct):
    s.sendto(os.urandom(200), (peer, 6000))
    time.sleep(0.05)
`;

/** Argv: server. Talks to it for a while, and claims to have a path. */
const SIGNALLING = `
import socket, sys
c = socket.create_connection((sys.argv[1], 5001))
f = c.makefile("rwb")
for number in range(50):
    f.write(b"offer %d of 192.0.2.1:4000 and some more candidates of this side\\n" % number)
    f.flush()
    f.readline()
print("connected", flush=True)
`;

export const startUdpRelay = (host: LabContainer): Promise<Program> => startReady(host, UDP_RELAY);
export const startTcpServer = (host: LabContainer): Promise<Program> => startReady(host, TCP_SERVER);

async function startReady(host: LabContainer, script: string): Promise<Program> {
  const program = await host.start(['python3', '-uc', script]);
  await program.line(/^ready$/);
  return program;
}

export interface PeerWords {
  readonly relay: string;
  readonly peer: string;
  readonly relayed: number;
  readonly direct: number;
}

/** Runs to its end. @returns what it has said. */
export async function runPeer(client: LabContainer, { relay, peer, relayed, direct }: PeerWords): Promise<string> {
  const { stdout } = await client.exec(['python3', '-uc', PEER, relay, peer, `${relayed}`, `${direct}`]);
  return stdout.trim();
}

export async function runSignalling(client: LabContainer, server: string): Promise<string> {
  const { stdout } = await client.exec(['python3', '-uc', SIGNALLING, server]);
  return stdout.trim();
}

/** coturn, on one address; it listens, and knows its one user, when this resolves. */
export async function startCoturn(host: LabContainer): Promise<Program> {
  const program = await host.start([
    ...['turnserver', '-n', '--listening-ip', host.address, '--relay-ip', host.address],
    ...['--lt-cred-mech', '--fingerprint', '--realm', 'lab', '--user', 'user:secret'],
    ...['--no-tls', '--no-dtls', '--no-cli', '--verbose', '--log-file', 'stdout'],
  ]);
  await program.line(/DB connection success/);
  return program;
}
