"""The directory of key packages over HTTP. Parse, call one service, render."""

from __future__ import annotations

from cencomm.accounts import key_packages
from cencomm.ids import CugId
from cencomm.server.context import Handler, RequestContext
from cencomm.wire.http import (
    AccountKeyPackages,
    DeviceKeyPackage,
    KeyPackageCountOut,
    KeyPackagesOut,
    TakeKeyPackagesIn,
    UploadKeyPackagesIn,
)


async def upload(context: RequestContext, request: UploadKeyPackagesIn) -> KeyPackageCountOut:
    foundation = context.services.foundation
    stock = await key_packages.upload(
        context.session,
        request.key_packages,
        request.last_resort,
        foundation.deployment,
        context.unit_of_work(),
        context.now_ms,
        foundation.limits.key_packages,
    )
    return _count(stock)


async def count(context: RequestContext) -> KeyPackageCountOut:
    return _count(await key_packages.count(context.session, context.unit_of_work(read_only=True), context.now_ms))


async def take(context: RequestContext, request: TakeKeyPackagesIn) -> KeyPackagesOut:
    handed = await key_packages.take(
        context.session, CugId(request.cug_id), request.accounts, context.unit_of_work(), context.now_ms
    )
    for device_id, left in handed.low:
        context.services.delivery.key_packages_low(device_id, left)
    return KeyPackagesOut(accounts=tuple(_of_account(taken) for taken in handed.accounts))


def _of_account(taken: key_packages.Taken) -> AccountKeyPackages:
    packages = [
        DeviceKeyPackage(device_id=package.device_id, key_package=package.data, last_resort=package.last_resort)
        for package in taken.packages
    ]
    return AccountKeyPackages(account=taken.account_id, key_packages=tuple(packages), without=taken.without)


def _count(stock: key_packages.Stock) -> KeyPackageCountOut:
    return KeyPackageCountOut(count=stock.count, last_resort=stock.last_resort, low_water=key_packages.LOW_WATER)


HANDLERS: dict[str, Handler] = {
    "upload_key_packages": upload,
    "count_key_packages": count,
    "take_key_packages": take,
}
