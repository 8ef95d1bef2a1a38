"""`cencomm admin doctor`: what stands well with a server, what does not, and what to do about it.

It looks from outside, at what the settings name, whether or not the server runs. Each part gives findings (`finding`);
sentences come from the catalogue by their codes.
"""

from cencomm.server.doctor.examination import examine
from cencomm.server.doctor.finding import Finding, Level

__all__ = ["Finding", "Level", "examine"]
