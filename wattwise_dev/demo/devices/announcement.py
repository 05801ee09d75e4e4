"""What a device says of itself by zeroconf, told to this machine alone.

In a home it says so to the whole network. Here nobody else shall hear it, so the same
message goes to the port at which Home Assistant listens, and nowhere else. Several homes
of one machine share that port, and the system hands a message to one of them, chosen by
where it comes from: so it is said from several places.
"""

from contextlib import ExitStack, suppress
import socket
from typing import Final

from zeroconf import DNSOutgoing, ServiceInfo  # type: ignore[attr-defined]

from wattwise_dev.home_assistant import HOST

_MDNS_PORT: Final = 5353
# An answer nobody asked for, of the one who knows it best.
_ANNOUNCEMENT: Final = 0x8400
# Home Assistant may listen to either version of IP.
_LISTENERS: Final = ((socket.AF_INET, HOST), (socket.AF_INET6, "::1"))
# That one of four homes hears none of these, over both versions, happens once in 10,000
# times; then it hears the next ones.
_PLACES: Final = 16


class Announcement:
    """A service of a device, such as `_http._tcp.local.`, at a port."""

    def __init__(self, kind: str, name: str, port: int) -> None:
        """Announce a service of this kind; the name is also that of the device."""
        service = ServiceInfo(
            kind,
            f"{name}.{kind}",
            port,
            server=f"{name}.local.",
            addresses=[socket.inet_aton(HOST)],
        )
        message = DNSOutgoing(_ANNOUNCEMENT)
        for record in (
            service.dns_pointer(),
            service.dns_service(),
            service.dns_text(),
            *service.dns_addresses(),
        ):
            message.add_answer_at_time(record, 0)
        self._packets = message.packets()

    def send(self) -> None:
        """Say it once, to everybody on this machine who listens."""
        for family, host in _LISTENERS:
            # There may be one version of IP only.
            with suppress(OSError), ExitStack() as places:
                for _ in range(_PLACES):
                    # All are open at once, so that each is another place.
                    place = places.enter_context(
                        socket.socket(family, socket.SOCK_DGRAM)
                    )
                    for packet in self._packets:
                        place.sendto(packet, (host, _MDNS_PORT))
