"""Reference data: large code lists that operators bring in and replace, kept on the device and searched there."""

from cencomm.refdata.entry import Entry, folded
from cencomm.refdata.lists import LISTS, ListKind
from cencomm.refdata.packages import from_package
from cencomm.refdata.read import read_list
from cencomm.refdata.store import Found, ListInfo, Refdata

__all__ = ["LISTS", "Entry", "Found", "ListInfo", "ListKind", "Refdata", "folded", "from_package", "read_list"]
