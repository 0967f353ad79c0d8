/*
 * Asks one STUN server for Bindings over IPv4 (RFC 8489) as fast as it answers, and prints one line of JSON.
 *
 *   cc -O2 -o stun-load stun-load.c && ./stun-load ADDRESS PORT SECONDS REQUESTS SOCKETS
 *
 * REQUESTS are in flight at any time, spread over SOCKETS. Each has a slot; its transaction id names the slot and how
 * often that was used, so that an answer counts once, and only for the request that is waiting there:
 *
 *   | run (32 bits) | slot (32 bits) | use (32 bits) |
 *
 * An echo counts as an answer too, which makes a bare echo comparable.
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

enum { BATCH = 64, MOST_SLOTS = 4096, MOST_SOCKETS = 64, HEADER = 20, LONGEST_REPLY = 1500, LOST_US = 200000 };

struct slot { uint64_t sent_us; uint32_t use; };
struct source { int fd; uint32_t first, size; };
struct tally { uint64_t answered, lost, strange; };

static struct slot slots[MOST_SLOTS];
static uint32_t round_trips[LOST_US + 1]; /* how many answers took so many microseconds */
static uint8_t requests[BATCH][HEADER], replies[BATCH][LONGEST_REPLY];
static struct iovec out_parts[BATCH], in_parts[BATCH];
static struct mmsghdr out[BATCH], in[BATCH];
static uint32_t run;

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void prepare(void) {
  for (int i = 0; i < BATCH; i++) {
    memcpy(requests[i], "\x00\x01\x00\x00\x21\x12\xa4\x42", 8);
    out_parts[i] = (struct iovec){requests[i], HEADER};
    in_parts[i] = (struct iovec){replies[i], LONGEST_REPLY};
    out[i].msg_hdr = (struct msghdr){.msg_iov = &out_parts[i], .msg_iovlen = 1};
    in[i].msg_hdr = (struct msghdr){.msg_iov = &in_parts[i], .msg_iovlen = 1};
  }
}

/* Sends one request for each of the slots; those that the kernel does not take are free again at once. */
static void ask(int fd, const uint32_t *which, int count) {
  uint64_t at = now_us();
  for (int i = 0; i < count; i++) {
    struct slot *slot = &slots[which[i]];
    slot->use++;
    slot->sent_us = at;
    uint32_t id[3] = {run, which[i], slot->use};
    memcpy(requests[i] + 8, id, sizeof id);
  }
  int sent = sendmmsg(fd, out, count, 0);
  for (int i = sent < 0 ? 0 : sent; i < count; i++) slots[which[i]].sent_us = 0;
}

/* Asks again in all slots that wait for nothing, or have waited for too long. */
static void refill(const struct source *source, struct tally *tally) {
  uint32_t idle[BATCH];
  int count = 0;
  uint64_t at = now_us();
  for (uint32_t i = source->first; i < source->first + source->size; i++) {
    if (slots[i].sent_us != 0 && at - slots[i].sent_us < LOST_US) continue;
    if (slots[i].sent_us != 0) tally->lost++;
    idle[count++] = i;
    if (count == BATCH) { ask(source->fd, idle, count); count = 0; }
  }
  if (count > 0) ask(source->fd, idle, count);
}

/* The slot whose request this answers, or -1. */
static int64_t answered_slot(const uint8_t *reply, unsigned length) {
  uint32_t id[3];
  if (length < HEADER || memcmp(reply + 4, "\x21\x12\xa4\x42", 4) != 0) return -1;
  int is_success = reply[0] == 1 && reply[1] == 1 && length >= HEADER + 12;
  int is_echo = reply[0] == 0 && reply[1] == 1 && length == HEADER;
  memcpy(id, reply + 8, sizeof id);
  if (!(is_success || is_echo) || id[0] != run || id[1] >= MOST_SLOTS) return -1;
  return slots[id[1]].sent_us != 0 && slots[id[1]].use == id[2] ? (int64_t)id[1] : -1;
}

static void take(const struct source *source, struct tally *tally) {
  int count = recvmmsg(source->fd, in, BATCH, MSG_DONTWAIT, NULL);
  uint32_t freed[BATCH];
  int freed_count = 0;
  uint64_t at = now_us();
  for (int i = 0; i < count; i++) {
    int64_t slot = answered_slot(replies[i], in[i].msg_len);
    if (slot < 0) { tally->strange++; continue; }
    uint64_t took = at - slots[slot].sent_us;
    round_trips[took > LOST_US ? LOST_US : took]++;
    slots[slot].sent_us = 0;
    tally->answered++;
    freed[freed_count++] = (uint32_t)slot;
  }
  if (freed_count > 0) ask(source->fd, freed, freed_count);
}

static int share_us(uint64_t answered, double share) {
  uint64_t seen = 0;
  for (int us = 0; us <= LOST_US; us++) if ((seen += round_trips[us]) > 0 && seen >= answered * share) return us;
  return -1;
}

int main(int count, char **words) {
  if (count != 6) return fprintf(stderr, "stun-load ADDRESS PORT SECONDS REQUESTS SOCKETS\n"), 2;
  double seconds = atof(words[3]);
  int size = atoi(words[4]), socket_count = atoi(words[5]);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
  if (inet_pton(AF_INET, words[1], &to.sin_addr) != 1 || !(seconds > 0 && seconds <= 60)) return 2;
  if (socket_count < 1 || socket_count > MOST_SOCKETS || size < socket_count || size > MOST_SLOTS) return 2;
  struct source sources[MOST_SOCKETS];
  struct pollfd polled[MOST_SOCKETS];
  for (int i = 0; i < socket_count; i++) {
    int buffer = 4 << 20, each = size / socket_count;
    sources[i] = (struct source){socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), i * each, each};
    setsockopt(sources[i].fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (connect(sources[i].fd, (struct sockaddr *)&to, sizeof to) != 0) return perror("connect"), 1;
    polled[i] = (struct pollfd){sources[i].fd, POLLIN, 0};
  }
  run = (uint32_t)getpid() ^ (uint32_t)now_us();
  prepare();
  struct tally tally = {0};
  uint64_t began = now_us(), until = began + (uint64_t)(seconds * 1e6), refilled = 0, at;
  while ((at = now_us()) < until) {
    if (at - refilled > LOST_US / 10) {
      for (int i = 0; i < socket_count; i++) refill(&sources[i], &tally);
      refilled = at;
    }
    poll(polled, socket_count, 20);
    for (int i = 0; i < socket_count; i++) if (polled[i].revents) take(&sources[i], &tally);
  }
  double took = (now_us() - began) / 1e6;
  printf("{\"answered\":%llu,\"lost\":%llu,\"strange\":%llu,\"seconds\":%.6f,\"medianUs\":%d,\"p99Us\":%d}\n",
         (unsigned long long)tally.answered, (unsigned long long)tally.lost, (unsigned long long)tally.strange, took,
         share_us(tally.answered, 0.5), share_us(tally.answered, 0.99));
  return 0;
}
