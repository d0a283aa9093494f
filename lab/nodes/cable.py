"""One end of the link between two sites: carries a TUN device's packets to the other end, as late as the distance asks.

    cable.py RECORD DEVICE OWN PEER CUT DELAY

OWN and PEER are the Unix sockets of this end and the other, one datagram a packet. DELAY, in seconds, is that of one way.
While the file CUT is there, nothing passes, in either direction, and nobody is told. A peer that is not there is a dark cable.

Linux has netem for this, but not every kernel is built with it. Python, because Node.js opens neither TUN devices nor
datagram sockets of Unix.
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
# Each packet has a header of what the kernel has left to do: so TCP's come up to 64 KiB at once, and go down again as they came.
IFF_VNET_HDR = 0x4000
HEADER = 10
TUNSETOFFLOAD = 0x400454D0
TUN_F_CSUM, TUN_F_TSO4 = 0x01, 0x02
LONGEST = HEADER + 65536
# Packets on the way at once, at most: what a line of a gigabit holds in 38 ms, and some. More are lost, as in a full router.
LINE = 8192
# Seconds.
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

# Packets on their way out, each with the time at which it is there.
way = collections.deque()


def take():
    """Everything that the device has, onto the way."""
    while True:
        try:
            packet = os.read(tun, LONGEST)
        except BlockingIOError:
            return
        if len(way) < LINE:
            way.append((time.monotonic() + float(delay), packet))


def arrive():
    """Everything that the other end has sent, into the device."""
    while True:
        try:
            packet = end.recv(LONGEST)
        except BlockingIOError:
            return
        if not os.path.exists(cut):
            try:
                os.write(tun, packet)
            except OSError as error:
                # What a device does not take is lost, as on any cable.
                if error.errno not in (errno.EINVAL, errno.EIO, errno.EAGAIN):
                    raise


def send():
    """
    What has been under way for long enough, to the other end. A full socket is waited for, as it holds ten packets: TCP would
    take a lost one for a crowded line and slow down. Returns seconds until there is something to send, None if there is nothing.
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
