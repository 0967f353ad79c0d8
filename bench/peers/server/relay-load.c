/*
 * Has one server relay datagrams over IPv4 on loopback as fast as it can, and prints one line of JSON.
 *
 *   cc -O2 -o relay-load relay-load.c && ./relay-load PORT SECONDS WINDOW BYTES [CLIENT_PORT PEER_PORT PREFIX]...
 *
 * Each flow is a client, which sends to PORT, and a peer, which sends back whatever comes; so each message is relayed
 * twice. The client has WINDOW messages on the way at any time, of BYTES after PREFIX (in hex, `-` for none), which is
 * all that the framing needs: the flow was set up before, by somebody who has given its port back. Each message on the
 * way has a slot; it names the slot and how often that was used, so that it counts once. Whatever the server puts around
 * it on its way back, it is found by the marker that it begins with:
 *
 *   | marker (8 bytes) | slot (4 bytes) | use (4 bytes) | zeros |
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, MOST_FLOWS = 64, MOST_PREFIX = 64, LONGEST = 2048, LOST_US = 200000, MARKER = 8, ID = 16 };

struct slot { uint64_t sent_us; uint32_t use; };
struct flow { int client, peer; uint32_t prefix_size; uint8_t prefix[MOST_PREFIX]; struct slot slots[BATCH]; };
struct tally { uint64_t returned, lost, strange; };

static struct flow flows[MOST_FLOWS];
static struct tally tally;
static uint32_t round_trips[LOST_US + 1]; /* how many messages took so many microseconds to come back */
static uint8_t messages[BATCH][LONGEST], received[BATCH][LONGEST];
static struct sockaddr_in sources[BATCH];
static struct iovec out_parts[BATCH], in_parts[BATCH];
static struct mmsghdr out[BATCH], in[BATCH];
static uint8_t marker[MARKER] = "natcheck";
static uint32_t window, bytes;

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int open_socket(const char *port) {
  int buffer = 4 << 20, fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0) perror("bind"), exit(1);
  return fd;
}

static void connect_to(int fd, const char *port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) perror("connect"), exit(1);
}

static uint32_t bytes_of_hex(const char *hex, uint8_t *to) {
  uint32_t size = 0;
  for (; size < MOST_PREFIX && sscanf(hex + 2 * size, "%2hhx", &to[size]) == 1; size++) {}
  return size;
}

/* Sends a message for each of the slots; those that the kernel does not take are free again. */
static void launch(struct flow *flow, const uint32_t *which, int count) {
  uint64_t at = now_us();
  for (int i = 0; i < count; i++) {
    struct slot *slot = &flow->slots[which[i]];
    slot->use++;
    slot->sent_us = at;
    uint32_t id[2] = {which[i], slot->use};
    memcpy(messages[i], flow->prefix, flow->prefix_size);
    memcpy(messages[i] + flow->prefix_size, marker, MARKER);
    memcpy(messages[i] + flow->prefix_size + MARKER, id, sizeof id);
    out_parts[i] = (struct iovec){messages[i], flow->prefix_size + bytes};
    out[i].msg_hdr = (struct msghdr){.msg_iov = &out_parts[i], .msg_iovlen = 1};
  }
  int sent = sendmmsg(flow->client, out, count, 0);
  for (int i = sent < 0 ? 0 : sent; i < count; i++) flow->slots[which[i]].sent_us = 0;
}

/* Launches all slots that have nothing on the way, or have waited for it too long. */
static void refill(struct flow *flow) {
  uint32_t idle[BATCH];
  int count = 0;
  uint64_t at = now_us();
  for (uint32_t i = 0; i < window; i++) {
    if (flow->slots[i].sent_us != 0 && at - flow->slots[i].sent_us < LOST_US) continue;
    if (flow->slots[i].sent_us != 0) tally.lost++;
    idle[count++] = i;
  }
  if (count > 0) launch(flow, idle, count);
}

static int receive(int fd) {
  for (int i = 0; i < BATCH; i++) {
    in_parts[i] = (struct iovec){received[i], LONGEST};
    in[i].msg_hdr = (struct msghdr){.msg_name = &sources[i], .msg_namelen = sizeof sources[i], .msg_iov = &in_parts[i], .msg_iovlen = 1};
  }
  return recvmmsg(fd, in, BATCH, MSG_DONTWAIT, NULL);
}

/* The peer sends everything back to where it came from. */
static void answer(const struct flow *flow) {
  int count = receive(flow->peer);
  for (int i = 0; i < count; i++) in_parts[i].iov_len = in[i].msg_len;
  if (count > 0) sendmmsg(flow->peer, in, count, 0);
}

/* The slot whose message has come back, or -1. */
static int64_t returned_slot(const struct flow *flow, const uint8_t *datagram, unsigned length) {
  const uint8_t *found = memmem(datagram, length, marker, MARKER);
  if (found == NULL || found + ID > datagram + length) return -1;
  uint32_t id[2];
  memcpy(id, found + MARKER, sizeof id);
  return id[0] < window && flow->slots[id[0]].sent_us != 0 && flow->slots[id[0]].use == id[1] ? (int64_t)id[0] : -1;
}

static void take(struct flow *flow) {
  int count = receive(flow->client), freed_count = 0;
  uint32_t freed[BATCH];
  uint64_t at = now_us();
  for (int i = 0; i < count; i++) {
    int64_t slot = returned_slot(flow, received[i], in[i].msg_len);
    if (slot < 0) { tally.strange++; continue; }
    uint64_t took = at - flow->slots[slot].sent_us;
    round_trips[took > LOST_US ? LOST_US : took]++;
    flow->slots[slot].sent_us = 0;
    tally.returned++;
    freed[freed_count++] = (uint32_t)slot;
  }
  if (freed_count > 0) launch(flow, freed, freed_count);
}

static int share_us(double share) {
  uint64_t seen = 0;
  for (int us = 0; us <= LOST_US; us++) if ((seen += round_trips[us]) > 0 && seen >= tally.returned * share) return us;
  return -1;
}

int main(int count, char **words) {
  int flow_count = (count - 5) / 3;
  if (count < 8 || (count - 5) % 3 != 0 || flow_count > MOST_FLOWS) return 2;
  double seconds = atof(words[2]);
  window = atoi(words[3]), bytes = atoi(words[4]);
  if (!(seconds > 0 && seconds <= 60) || window < 1 || window > BATCH || bytes < ID || bytes > LONGEST - MOST_PREFIX) return 2;
  uint32_t run = (uint32_t)getpid() ^ (uint32_t)now_us();
  memcpy(marker + 4, &run, sizeof run); /* so that nothing of another run counts */
  struct pollfd polled[2 * MOST_FLOWS];
  for (int i = 0; i < flow_count; i++) {
    char **flow = words + 5 + 3 * i;
    flows[i].client = open_socket(flow[0]);
    connect_to(flows[i].client, words[1]);
    flows[i].peer = open_socket(flow[1]);
    flows[i].prefix_size = bytes_of_hex(flow[2], flows[i].prefix);
    polled[2 * i] = (struct pollfd){flows[i].client, POLLIN, 0};
    polled[2 * i + 1] = (struct pollfd){flows[i].peer, POLLIN, 0};
  }
  uint64_t began = now_us(), until = began + (uint64_t)(seconds * 1e6), refilled = 0, at;
  while ((at = now_us()) < until) {
    if (at - refilled > LOST_US / 10) {
      for (int i = 0; i < flow_count; i++) refill(&flows[i]);
      refilled = at;
    }
    poll(polled, 2 * flow_count, 20);
    for (int i = 0; i < flow_count; i++) {
      if (polled[2 * i].revents) take(&flows[i]);
      if (polled[2 * i + 1].revents) answer(&flows[i]);
    }
  }
  double took = (now_us() - began) / 1e6;
  printf("{\"returned\":%llu,\"lost\":%llu,\"strange\":%llu,\"seconds\":%.6f,\"medianUs\":%d,\"p99Us\":%d}\n",
         (unsigned long long)tally.returned, (unsigned long long)tally.lost, (unsigned long long)tally.strange, took,
         share_us(0.5), share_us(0.99));
  return 0;
}
