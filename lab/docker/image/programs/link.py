# Links between sites and the public network, each as two NFQUEUEs of the kernel's, one for each direction (the protocol is that
# of linux/netfilter/nfnetlink_queue.h): holds packets back, loses some, and lets no more through than the line carries. The
# order of packets never changes.
# Arguments: a seed for what is drawn, and the numbers of the links; link N has queues 2N (up) and 2N+1 (down).
# In:  {"latencyMs", "jitterMs", "rate": bits per second or null, "lossPercent"}   for all links and both directions, from then on
# Out: "ready" once the queues are bound; "set 1" once the first line of input is in force, and so on
import gc
import json
import os
import random
import select
import socket
import struct
import sys
import time
from collections import deque

NETLINK_NETFILTER, SOL_NETLINK, NETLINK_NO_ENOBUFS = 12, 270, 5
SO_RCVBUFFORCE = 33
PACKET, VERDICT, CONFIG, VERDICT_BATCH = 0x0300, 0x0301, 0x0302, 0x0303
COMMAND, PARAMS, MAX_LENGTH, VERDICT_HEADER = 1, 2, 3, 2
BIND, COPY_PACKET, REQUEST, ACK, DROP, ACCEPT = 1, 2, 1, 4, 0, 1

# As much of each packet as tells its length.
COPIED = 8
# Behind the header of netlink: family, version, the number of the queue. Behind that and the header of the first attribute: the packet's id.
QUEUE_OFFSET, ID_OFFSET = 18, 24
# A second of 500 Mbit/s in full packets.
MOST_HELD = 40_000
RECEIVE_BUFFER = 32 * 1024 * 1024
# What waits for the line: as much as it carries in this time, or ten full packets if that is more.
WAITING_S = 0.1
WAITING_BYTES = 15_000
# Then held packets are looked after again.
MOST_AT_ONCE = 64


def attribute(kind, payload):
    length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload + bytes(-length % 4)


class Kernel:
    """The socket by which packets of all queues come, and verdicts go."""

    def __init__(self):
        self.buffer = bytearray(4096)
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
        self.socket.bind((0, 0))

    def bind(self, queue):
        self.configure(queue, attribute(COMMAND, struct.pack("!BxH", BIND, 0)))
        self.configure(queue, attribute(PARAMS, struct.pack("!IB", COPIED, COPY_PACKET)))
        self.configure(queue, attribute(MAX_LENGTH, struct.pack("!I", MOST_HELD)))

    def configure(self, queue, attributes):
        self.send(CONFIG, REQUEST | ACK, queue, attributes)
        (error,) = struct.unpack_from("=i", self.socket.recv(4096), 16)
        if error:
            raise OSError(-error, f"queue {queue}: {os.strerror(-error)}")

    def verdict(self, kind, queue, what, packet_id):
        self.send(kind, REQUEST, queue, attribute(VERDICT_HEADER, struct.pack("!II", what, packet_id)))

    def send(self, kind, flags, queue, attributes):
        header = struct.pack("=IHHII", 20 + len(attributes), kind, flags, 0, 0) + struct.pack("!BBH", 0, 0, queue)
        self.socket.send(header + attributes)

    def receive(self):
        """The queue, the id and the length of the next packet; None if there is none now."""
        try:
            length = self.socket.recv_into(self.buffer)
        except BlockingIOError:
            return None
        (kind,) = struct.unpack_from("=H", self.buffer, 4)
        if kind != PACKET:
            raise OSError(f"the kernel says {bytes(self.buffer[:length]).hex()}")
        (queue,) = struct.unpack_from("!H", self.buffer, QUEUE_OFFSET)
        (packet_id,) = struct.unpack_from("!I", self.buffer, ID_OFFSET)
        # The beginning of the packet is the last attribute.
        at = length - COPIED
        if self.buffer[at] >> 4 == 4:
            return queue, packet_id, int.from_bytes(self.buffer[at + 2 : at + 4], "big")
        return queue, packet_id, 40 + int.from_bytes(self.buffer[at + 4 : at + 6], "big")


class Direction:
    def __init__(self, kernel, queue, seed):
        self.kernel, self.queue = kernel, queue
        self.random = random.Random(f"{seed} {queue}").random
        self.held = deque()
        self.free_at = self.last_due = 0.0
        self.latency = self.jitter = self.loss = 0.0
        self.rate = None
        kernel.bind(queue)

    def take(self, packet_id, size):
        due = self.due(time.monotonic(), size)
        if due is None:
            self.kernel.verdict(VERDICT, self.queue, DROP, packet_id)
        else:
            self.held.append((due, packet_id))

    def due(self, now, size):
        # Two draws for every packet, so that the fate of one does not shift that of another.
        is_lost, late = self.random() < self.loss, self.random()
        sent = now
        if self.rate is not None:
            begins = max(now, self.free_at)
            if (begins - now) * self.rate > 8 * max(self.rate / 8 * WAITING_S, WAITING_BYTES):
                return None
            sent = self.free_at = begins + 8 * size / self.rate
        if is_lost:
            return None
        self.last_due = max(sent + self.latency + (2 * late - 1) * self.jitter, self.last_due)
        return self.last_due

    def release(self, now):
        last = None
        while self.held and self.held[0][0] <= now:
            last = self.held.popleft()[1]
        if last is not None:
            # Every packet of the queue up to this one; those that were dropped are gone already.
            self.kernel.verdict(VERDICT_BATCH, self.queue, ACCEPT, last)

    def set(self, quality):
        self.latency, self.jitter = quality["latencyMs"] / 1000, quality["jitterMs"] / 1000
        self.rate, self.loss = quality["rate"], quality["lossPercent"] / 100


def say(line):
    print(line, flush=True)


def main():
    seed, *links = sys.argv[1:]
    kernel = Kernel()
    directions = {
        queue: Direction(kernel, queue, seed) for link in links for queue in (2 * int(link), 2 * int(link) + 1)
    }
    kernel.socket.setblocking(False)
    gc.disable()
    stdin = sys.stdin.fileno()
    text, count = b"", 0
    say("ready")
    while True:
        dues = [one.held[0][0] for one in directions.values() if one.held]
        timeout = max(0.0, min(dues) - time.monotonic()) if dues else None
        readable, _, _ = select.select([stdin, kernel.socket], [], [], timeout)
        if kernel.socket in readable:
            for _ in range(MOST_AT_ONCE):
                packet = kernel.receive()
                if packet is None:
                    break
                queue, packet_id, size = packet
                directions[queue].take(packet_id, size)
        if stdin in readable:
            read = os.read(stdin, 4096)
            if not read:
                return
            *lines, text = (text + read).split(b"\n")
            for line in lines:
                for direction in directions.values():
                    direction.set(json.loads(line))
                count += 1
                say(f"set {count}")
        now = time.monotonic()
        for direction in directions.values():
            direction.release(now)


main()
