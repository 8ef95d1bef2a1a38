"""Every port has its adapter: the unit of work on SQL offers each method that the ports name."""

from __future__ import annotations

import inspect

from cencomm.accounts import ports
from tests.accounts_world import World


async def test_sql_unit_of_work_has_every_repository_and_method(world: World) -> None:
    repositories = {
        name: getattr(ports, inspect.get_annotations(member.fget)["return"])
        for name, member in inspect.getmembers(ports.UnitOfWork)
        if isinstance(member, property) and member.fget is not None
    }
    assert len(repositories) == 10
    async with world.uow() as uow:
        for name, port in repositories.items():
            for method, _ in inspect.getmembers(port, inspect.iscoroutinefunction):
                assert inspect.iscoroutinefunction(getattr(getattr(uow, name), method)), f"{name}.{method}"
