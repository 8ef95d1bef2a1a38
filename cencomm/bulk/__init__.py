"""Many records at once: tables that others made, brought into our forms by a mapping file (docs/mapping.md)."""

from cencomm.bulk.apply import Mapped, apply_mapping
from cencomm.bulk.mapping import MAPPINGS, Mapping, load_mapping, shipped_mapping
from cencomm.bulk.tables import SourceRow, read_table

__all__ = [
    "MAPPINGS",
    "Mapped",
    "Mapping",
    "SourceRow",
    "apply_mapping",
    "load_mapping",
    "read_table",
    "shipped_mapping",
]
