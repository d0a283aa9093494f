"""One end of the link between two sites: carries a TUN device's packets to the other end, with the delay of the distance.

    cable.py RECORD DEVICE OWN PEER CUT DELAY

OWN and PEER are the Unix sockets of this end and the other; each packet is one datagram. DELAY is the delay of one way in
seconds. While the file CUT exists, packets of both directions are lost without an error, and so they are without a peer.

Linux has netem for this, but not every kernel is built with it. This end is in Python, because Node.js opens neither TUN
devices nor datagram sockets of Unix.
"""

import collections
import errno
import fcntl
import os
import select
import socket
import struct
import sys
import time

# https://docs.kernel.org/networking/tuntap.html, and linux/if_tun.h
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
# Each packet has a header with the work that the kernel has put off, so that TCP's packets arrive with up to 64 KiB and leave as they came.
IFF_VNET_HDR = 0x4000
HEADER = 10
TUNSETOFFLOAD = 0x400454D0
TUN_F_CSUM, TUN_F_TSO4 = 0x01, 0x02
LONGEST = HEADER + 65536
# The most packets on the way at once: a little more than a line of a gigabit holds in 38 ms. Further packets are lost, as in a full router.
LINE = 8192
# Seconds until a full socket is tried again.
RETRY = 0.001

_, _, device, own, peer, cut, delay = sys.argv

tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))
fcntl.ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.setblocking(False)
if os.path.exists(own):
    os.unlink(own)
end.bind(own)

# Packets on their way out, each with the time of its arrival.
way = collections.deque()


def take():
    """Put every packet that the device has on the way."""
    while True:
        try:
            packet = os.read(tun, LONGEST)
        except BlockingIOError:
            return
        if len(way) < LINE:
            way.append((time.monotonic() + float(delay), packet))


def arrive():
    """Write every packet that the other end has sent into the device."""
    while True:
        try:
            packet = end.recv(LONGEST)
        except BlockingIOError:
            return
        if not os.path.exists(cut):
            try:
                os.write(tun, packet)
            except OSError as error:
                # A packet that the device does not take is lost, as on any cable.
                if error.errno not in (errno.EINVAL, errno.EIO, errno.EAGAIN):
                    raise


def send():
    """
    Send packets that have been on the way for long enough to the other end. A full socket, which holds ten packets, is retried:
    TCP would take a lost packet for a crowded line and slow down. Return the seconds until the next packet, None without one.
    """
    while way:
        early = way[0][0] - time.monotonic()
        if early > 0:
            return early
        if not os.path.exists(cut):
            try:
                end.sendto(way[0][1], peer)
            except BlockingIOError:
                return RETRY
            except (FileNotFoundError, ConnectionRefusedError):
                pass
        way.popleft()
    return None


while True:
    readable, _, _ = select.select([tun, end], [], [], send())
    if tun in readable:
        take()
    if end in readable:
        arrive()
