# What every container of the lab can count on, whichever way its file system came about:
# Debian bookworm; iptables, nft, ip, conntrack for the routers, and miniupnpd for those that map ports when they are
# asked; turnserver as a reference server; mosquitto as a broker; redis-server as what makes many servers one; turnutils_natdiscovery, stun and python3 with aioice as reference clients;
# wireguard-go with wg, socat and iperf3 as programs that a path is handed to; ssh, sshd and curl as programs whose
# connections are forwarded; tayga as a NAT64; tcpdump and ps for a look inside; timeout, awk and sh as Debian's essential packages bring them; and /usr/local/bin/node, the runtime that the lab
# itself runs on.
# ROOTFS is debian:bookworm-slim where a registry is reachable; elsewhere it is made by mmdebstrap, with PACKAGES in it.
ARG ROOTFS=debian:bookworm-slim
FROM ${ROOTFS}
ARG PACKAGES
RUN dpkg -s ${PACKAGES} >/dev/null 2>&1 \
 || { apt-get update && apt-get install -y --no-install-recommends ${PACKAGES} && rm -rf /var/lib/apt/lists/*; }
COPY node /usr/local/bin/node
