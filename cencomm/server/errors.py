"""Code to status: the only place that knows HTTP numbers for refusals (style guide §5).

A code that is not named by itself takes the status of its family; a test walks every error of the server side and fails
on one that has neither.
"""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from cencomm.errors import DomainError
from cencomm.server.measuring import CODE
from cencomm.wire.encoding import Malformed
from cencomm.wire.http import ErrorOut

INTERNAL: Final = 500
INTERNAL_CODE: Final = DomainError.code


class TooManyRequests(DomainError):
    """More requests than this address or account may send; try again after `retry_after_seconds`."""

    code = "server.too_many_requests"


class TooSlow(DomainError):
    """The body of a request does not come, or comes more slowly than anybody's line is."""

    code = "server.too_slow"


class OriginRefused(DomainError):
    """A browser page of another origin than the deployment's."""

    code = "server.origin_refused"


class NoSuchPage(DomainError):
    """No endpoint has this path."""

    code = "server.no_such_page"


class MethodNotOffered(DomainError):
    """The endpoint does not know this method."""

    code = "server.method_not_offered"


class NotReady(DomainError):
    """The database does not answer, or the server is shutting down."""

    code = "server.not_ready"


STATUS_OF_CODE: Final[dict[str, int]] = {
    "accounts.sign_in_refused": 401,
    "accounts.not_signed_in": 401,
    "accounts.locked_out": 429,
    "accounts.not_allowed": 403,
    "accounts.no_device": 403,
    "accounts.invitation_invalid": 403,
    "accounts.device_revoked": 403,
    "accounts.unknown": 404,
    "accounts.device_unknown": 404,
    "accounts.already_enrolled": 409,
    "accounts.too_many_devices": 409,
    "accounts.too_many_key_packages": 409,
    "accounts.vault_conflict": 409,
    "accounts.vault_full": 409,
    "groups.not_member": 403,
    "groups.role_not_allowed": 403,
    "groups.wrong_device": 403,
    "groups.successor_refused": 403,
    "groups.unknown": 404,
    "groups.no_welcome": 404,
    "groups.exists": 409,
    "groups.closed": 409,
    "groups.stale_epoch": 409,
    "groups.epoch_taken": 409,
    "groups.client_ref_reused": 409,
    "groups.too_many_subscriptions": 429,
    "groups.not_stored": 503,
    "files.unknown": 404,
    "files.full": 409,
    "files.out_of_order": 409,
    "files.too_large": 413,
    "files.too_many_uploads": 429,
    "files.not_stored": 503,
    "mls.wrong_epoch": 409,
    "wire.malformed": 400,
    "wire.too_large": 413,
    "server.too_many_requests": 429,
    "server.too_slow": 408,
    "server.origin_refused": 403,
    "server.no_such_page": 404,
    "server.method_not_offered": 405,
    "server.not_ready": 503,
}

STATUS_OF_FAMILY: Final[dict[str, int]] = {
    "accounts": 422,
    "groups": 422,
    "certificates": 422,
    "revocation": 422,
    "enrolment": 422,
    "vault": 422,
    "records": 422,
    "events": 422,
    "head": 422,
    "archive": 422,
    "replay": 422,
    "successor": 422,
    "group_context": 422,
    "policy": 422,
    "files": 422,
    "mls": 422,
    "crypto": 400,
    "server": INTERNAL,
    "store": INTERNAL,
    "settings": INTERNAL,
}
"""The part of a code before the dot: what was sent is well formed and says something that cannot be."""


def status_of(code: str) -> int:
    """The HTTP status of a refusal; 500 for a code that should not have come this far."""
    known = STATUS_OF_CODE.get(code)
    return known if known is not None else STATUS_OF_FAMILY.get(code.partition(".")[0], INTERNAL)


def refusal(error: DomainError) -> Response:
    """The answer to a request that was refused. Facts of a fault on our own side stay inside."""
    status = status_of(error.code)
    if status == INTERNAL:
        return internal()
    headers = {}
    retry_after = error.facts.get("retry_after_seconds")
    if isinstance(retry_after, int):
        headers["Retry-After"] = str(retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(status, ErrorOut(code=error.code, facts=error.facts), headers)


def internal() -> Response:
    """The answer where something broke; what broke stands in the log."""
    return _answer(INTERNAL, ErrorOut(code=INTERNAL_CODE), {})


def _answer(status: int, said: ErrorOut, headers: dict[str, str]) -> Response:
    return Response(said.model_dump_json(), status, headers, media_type="application/json")


def malformed(error: ValidationError) -> Malformed:
    """pydantic's complaint as ours: where it is wrong and how, never what was sent."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"] if isinstance(step, int) or step.isidentifier())
    return Malformed(what=place[:200] or "body", reason=first["type"])


async def on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    request.scope[CODE] = error.code
    return refusal(error)
