"""No picture is ever linked to a case with a heading of `NEVER_PICTURED`.

The heading of a picture itself is refused by `model.picture.parse`. A case that gets such a heading after pictures were
linked to it takes all of them out of the base: that is done where its new content is stored, in the same transaction,
so that no way of changing a case can forget it (`store.cases.add_version`). Both sides lock the case's row.
"""

from __future__ import annotations

from cen_core.errors import PictureForbidden
from cen_core.model.case import Case
from cen_core.model.picture import is_never_pictured
from cen_core.services.ports import UnitOfWork


async def require_linkable(case: Case, uow: UnitOfWork) -> None:
    """`case` is locked where the link is about to be stored. Raises PictureForbidden."""
    for number in {case.version, case.published or case.version}:
        version = await uow.cases.version(case.number, number)
        if version is None or is_never_pictured(version.content):
            raise PictureForbidden
