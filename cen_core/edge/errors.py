"""Code to status: the only place of the core that knows HTTP numbers for refusals."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

from cen_core.errors import RequestMalformed
from cencomm.errors import DomainError

INTERNAL: Final = 500
STATUS_OF_CODE: Final[dict[str, int]] = {
    "cen.query_invalid": 400,
    "cen.request_malformed": 400,
    "cen.not_signed_in": 401,
    "cen.sign_in_refused": 401,
    "cen.not_allowed": 403,
    "cen.author_may_not_judge": 403,
    "cen.invitation_invalid": 403,
    "cen.foreign_page": 403,
    "cen.case_unknown": 404,
    "cen.upload_unknown": 404,
    "cen.saved_unknown": 404,
    "cen.person_unknown": 404,
    "cen.notice_unknown": 404,
    "cen.proposal_unknown": 404,
    "cen.picture_unknown": 404,
    "cen.attachment_unknown": 404,
    "cen.album_unknown": 404,
    "cen.no_such_page": 404,
    "cen.method_not_offered": 405,
    "cen.version_conflict": 409,
    "cen.wrong_state": 409,
    "cen.key_reused": 409,
    "cen.too_many_saved": 409,
    "cen.case_exists": 409,
    "cen.person_exists": 409,
    "cen.request_too_large": 413,
    "cen.upload_too_large": 413,
    "cen.unknown_field": 422,
    "cen.nominal_field": 422,
    "cen.malformed": 422,
    "cen.case_invalid": 422,
    "cen.words_unread": 422,
    "cen.upload_refused": 422,
    "cen.password_weak": 422,
    "cen.person_invalid": 422,
    "cen.notice_invalid": 422,
    "cen.picture_refused": 422,
    "cen.picture_invalid": 422,
    "cen.picture_forbidden": 422,
    "cen.picture_unseen": 422,
    "cen.attachment_refused": 422,
    "cen.too_many_requests": 429,
    "cen.storage_failed": 503,
    "cen.database_url_invalid": INTERNAL,
}


def status_of(code: str) -> int:
    """500 for a code that should not have come this far."""
    return STATUS_OF_CODE.get(code, INTERNAL)


def headers_of(error: DomainError) -> dict[str, str]:
    """What an answer says besides its body: when to come again, or how to sign in."""
    headers = {}
    retry_after = error.facts.get("retry_after_seconds")
    if isinstance(retry_after, int):
        headers["Retry-After"] = str(retry_after)
    if error.code == "cen.not_signed_in":
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def refusal(error: DomainError) -> Response:
    """The answer for programs: code and facts, no sentence. Facts of a fault on our own side stay inside."""
    status = status_of(error.code)
    if status == INTERNAL:
        return internal()
    return JSONResponse({"code": error.code, "facts": error.facts}, status, headers_of(error))


def internal() -> Response:
    return JSONResponse({"code": DomainError.code, "facts": {}}, INTERNAL)


def malformed(error: ValidationError) -> RequestMalformed:
    """pydantic's complaint as ours: where it is wrong, never what was sent."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"] if isinstance(step, int) or step.isidentifier())
    return RequestMalformed(what=place[:200] or "body")
