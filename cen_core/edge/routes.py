"""Every route of the core with its rule: the access matrix of the edge, in one place.

A route names an action of `services.access`, or says that it is open to everybody or to whoever has signed in. What has
no rule here is refused to everybody, and an application with such a route is not built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cen_core.errors import NotAllowed
from cen_core.model import attachment
from cen_core.model.picture import MAX_BYTES
from cen_core.model.principal import Principal
from cen_core.services import access

BASE: Final = "/cen"
API: Final = f"{BASE}/v1"
OPEN: Final = "open"
SIGNED_IN: Final = "signed_in"


class Kind(Enum):
    """API: JSON for programs, a bearer token, never a cookie. PAGE is read, FORM is sent from a page: both with the
    cookie, a form with its page's token besides. FEED is read by a program that has only its address, with the token in
    it (ADR 24)."""

    API = "api"
    PAGE = "page"
    FORM = "form"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    method: str
    path: str
    kind: Kind


def _api(name: str, method: str, path: str) -> Route:
    return Route(name, method, API + path, Kind.API)


def _page(name: str, path: str) -> Route:
    return Route(name, "GET", BASE + path, Kind.PAGE)


def _form(name: str, path: str) -> Route:
    return Route(name, "POST", BASE + path, Kind.FORM)


ROUTES: Final = (
    _api("api_openapi", "GET", "/openapi.json"),
    _api("api_sign_in", "POST", "/session"),
    _api("api_sign_out", "DELETE", "/session"),
    _api("api_search", "GET", "/search"),
    _api("api_statistics", "GET", "/statistics"),
    _api("api_export", "GET", "/export.{format}"),
    _api("api_worklist", "GET", "/worklist"),
    _api("api_create", "POST", "/cases"),
    _api("api_release", "POST", "/releases"),
    _api("api_withdraw_release", "POST", "/releases/withdrawal"),
    _api("api_read", "GET", "/cases/{case_id}"),
    _api("api_amend", "PUT", "/cases/{case_id}"),
    _api("api_add_words", "POST", "/cases/{case_id}/words"),
    _api("api_submit", "POST", "/cases/{case_id}/submit"),
    _api("api_discard", "POST", "/cases/{case_id}/discard"),
    _api("api_validate", "POST", "/cases/{case_id}/validate"),
    _api("api_return", "POST", "/cases/{case_id}/return"),
    _api("api_withdraw", "POST", "/cases/{case_id}/withdraw"),
    _api("api_versions", "GET", "/cases/{case_id}/versions"),
    _api("api_log", "GET", "/cases/{case_id}/log"),
    _api("api_uploads", "GET", "/uploads"),
    _api("api_upload", "POST", "/uploads"),
    _api("api_check_upload", "POST", "/uploads/check"),
    _api("api_validate_upload", "POST", "/uploads/{upload_id}/validate"),
    _api("api_undo_upload", "POST", "/uploads/{upload_id}/undo"),
    _api("api_searches", "GET", "/searches"),
    _api("api_save_search", "POST", "/searches"),
    _api("api_measure", "GET", "/searches/{saved_id}"),
    _api("api_search_seen", "POST", "/searches/{saved_id}/seen"),
    _api("api_share_search", "POST", "/searches/{saved_id}/share"),
    _api("api_forget_search", "DELETE", "/searches/{saved_id}"),
    _api("api_pictures", "GET", "/pictures"),
    _api("api_picture_worklist", "GET", "/pictures/worklist"),
    _api("api_add_picture", "POST", "/pictures"),
    _api("api_read_picture", "GET", "/pictures/{picture_id}"),
    _api("api_picture_image", "GET", "/pictures/{picture_id}/{size}.jpg"),
    _api("api_similar_pictures", "GET", "/pictures/{picture_id}/similar"),
    _api("api_amend_picture", "PUT", "/pictures/{picture_id}"),
    _api("api_submit_picture", "POST", "/pictures/{picture_id}/submit"),
    _api("api_discard_picture", "POST", "/pictures/{picture_id}/discard"),
    _api("api_validate_picture", "POST", "/pictures/{picture_id}/validate"),
    _api("api_return_picture", "POST", "/pictures/{picture_id}/return"),
    _api("api_withdraw_picture", "POST", "/pictures/{picture_id}/withdraw"),
    _api("api_picture_log", "GET", "/pictures/{picture_id}/log"),
    _page("base", ""),
    _api("api_notices", "GET", "/notices"),
    _api("api_notice_worklist", "GET", "/notices/worklist"),
    _api("api_draft_notice", "POST", "/notices"),
    _api("api_read_notice", "GET", "/notices/{notice_id}"),
    _api("api_amend_notice", "PUT", "/notices/{notice_id}"),
    _api("api_submit_notice", "POST", "/notices/{notice_id}/submit"),
    _api("api_discard_notice", "POST", "/notices/{notice_id}/discard"),
    _api("api_approve_notice", "POST", "/notices/{notice_id}/approve"),
    _api("api_return_notice", "POST", "/notices/{notice_id}/return"),
    _api("api_withdraw_notice", "POST", "/notices/{notice_id}/withdraw"),
    _api("api_notice_versions", "GET", "/notices/{notice_id}/versions"),
    _api("api_notice_log", "GET", "/notices/{notice_id}/log"),
    _api("api_notice_file", "GET", "/notices/{notice_id}/files/{file_id}"),
    _page("home", "/"),
    _page("sign_in_page", "/sign-in"),
    _form("sign_in", "/sign-in"),
    _form("sign_out", "/sign-out"),
    _page("invitation_page", "/invitation/{token}"),
    _form("accept_invitation", "/invitation/{token}"),
    _form("set_view", "/view"),
    _page("style", "/static/{name}"),
    _page("search_page", "/search"),
    _page("export", "/export.{format}"),
    _page("statistics_page", "/statistics"),
    _page("trends_page", "/trends"),
    _page("quality_page", "/quality"),
    _page("worklist_page", "/cases"),
    _page("new_case_page", "/cases/new"),
    _form("create_case", "/cases/new"),
    _page("case_page", "/cases/{case_id}"),
    _page("history_page", "/cases/{case_id}/history"),
    _page("amend_page", "/cases/{case_id}/amend"),
    _form("amend_case", "/cases/{case_id}/amend"),
    _form("submit_case", "/cases/{case_id}/submit"),
    _form("discard_case", "/cases/{case_id}/discard"),
    _form("validate_case", "/cases/{case_id}/validate"),
    _form("return_case", "/cases/{case_id}/return"),
    _form("withdraw_case", "/cases/{case_id}/withdraw"),
    _page("uploads_page", "/uploads"),
    _page("blank_table", "/uploads/blank.xlsx"),
    _form("upload_table", "/uploads"),
    _form("validate_upload", "/uploads/{upload_id}/validate"),
    _form("undo_upload", "/uploads/{upload_id}/undo"),
    _page("saved_page", "/saved"),
    _form("save_search", "/saved"),
    _page("measure_page", "/saved/{saved_id}"),
    _form("search_seen", "/saved/{saved_id}/seen"),
    _form("share_search", "/saved/{saved_id}/share"),
    _form("forget_search", "/saved/{saved_id}/forget"),
    _page("people_page", "/people"),
    _form("invite", "/people/invite"),
    _form("change_person", "/people/change"),
    _page("notices_page", "/notices"),
    _page("forum_page", "/forum"),
    _form("propose", "/forum"),
    _page("proposal_page", "/forum/{proposal_id}"),
    _form("answer_proposal", "/forum/{proposal_id}/answer"),
    _form("vote_proposal", "/forum/{proposal_id}/vote"),
    _form("judge_proposal", "/forum/{proposal_id}/judge"),
    _form("hide_answer", "/forum/{proposal_id}/hide"),
    _page("feeds_page", "/notices/feeds"),
    _form("make_feed", "/notices/feeds/make"),
    _form("end_feed", "/notices/feeds/end"),
    Route("feed", "GET", f"{BASE}/feeds/{{token}}/{{topic}}.atom", Kind.FEED),
    _page("notice_worklist_page", "/notices/worklist"),
    _page("new_notice_page", "/notices/new"),
    _form("draft_notice", "/notices/new"),
    _page("notice_page", "/notices/{notice_id}"),
    _page("notice_history_page", "/notices/{notice_id}/history"),
    _page("amend_notice_page", "/notices/{notice_id}/amend"),
    _form("amend_notice", "/notices/{notice_id}/amend"),
    _form("submit_notice", "/notices/{notice_id}/submit"),
    _form("discard_notice", "/notices/{notice_id}/discard"),
    _form("approve_notice", "/notices/{notice_id}/approve"),
    _form("return_notice", "/notices/{notice_id}/return"),
    _form("withdraw_notice", "/notices/{notice_id}/withdraw"),
    _page("pictures_page", "/pictures"),
    _page("own_pictures_page", "/pictures/own"),
    _page("new_picture_page", "/pictures/new"),
    _form("add_picture", "/pictures/new"),
    _page("albums_page", "/pictures/albums"),
    _form("keep_album", "/pictures/albums"),
    _page("album_page", "/pictures/albums/{album_id}"),
    _form("change_album", "/pictures/albums/{album_id}"),
    _page("picture_page", "/pictures/{picture_id}"),
    _page("picture_image", "/pictures/{picture_id}/{size}.jpg"),
    _page("amend_picture_page", "/pictures/{picture_id}/amend"),
    _form("amend_picture", "/pictures/{picture_id}/amend"),
    _page("marks_page", "/pictures/{picture_id}/marks"),
    _form("mark_picture", "/pictures/{picture_id}/marks"),
    _form("submit_picture", "/pictures/{picture_id}/submit"),
    _form("discard_picture", "/pictures/{picture_id}/discard"),
    _form("validate_picture", "/pictures/{picture_id}/validate"),
    _form("return_picture", "/pictures/{picture_id}/return"),
    _form("withdraw_picture", "/pictures/{picture_id}/withdraw"),
    _page("picture_log_page", "/pictures/{picture_id}/log"),
    _form("attach_file", "/notices/{notice_id}/attach"),
    _form("detach_file", "/notices/{notice_id}/detach"),
    _page("notice_file", "/notices/{notice_id}/files/{file_id}"),
)

MAX_TABLE: Final = 16 * 1024 * 1024
MAX_TEXTS: Final = 768 * 1024
MAX_ATTACHED: Final = attachment.MAX_BYTES + 16 * 1024
FILE_FORMS: Final[Mapping[str, int]] = {
    "upload_table": MAX_TABLE,
    "add_picture": MAX_BYTES + 64 * 1024,
    "attach_file": MAX_ATTACHED,
}
"""Forms that bring a file, with the bytes that they take."""
LARGE: Final[Mapping[str, int]] = {
    **dict.fromkeys(("api_upload", "api_check_upload"), MAX_TABLE),
    **dict.fromkeys(("draft_notice", "amend_notice", "api_draft_notice", "api_amend_notice"), MAX_TEXTS),
    "api_add_picture": MAX_BYTES * 4 // 3 + 256 * 1024,
}
"""Routes that take more bytes than others: many cases, a text in six languages, or a picture in base64."""

RULE_OF: Final[Mapping[str, str]] = {
    "api_openapi": OPEN,
    "api_sign_in": OPEN,
    "api_sign_out": SIGNED_IN,
    "api_search": "search",
    "api_statistics": "statistics",
    "api_export": "search",
    "api_worklist": "list_own",
    "api_create": "create",
    "api_release": "create",
    "api_withdraw_release": "withdraw_release",
    "api_read": "read",
    "api_amend": "amend",
    "api_add_words": "add_words",
    "api_submit": "submit",
    "api_discard": "discard",
    "api_validate": "validate",
    "api_return": "return",
    "api_withdraw": "withdraw",
    "api_versions": "read_history",
    "api_log": "read_log",
    "api_uploads": "uploads",
    "api_upload": "upload",
    "api_check_upload": "upload",
    "api_validate_upload": "validate_upload",
    "api_undo_upload": "undo_upload",
    "api_searches": "searches",
    "api_save_search": "save_search",
    "api_measure": "searches",
    "api_search_seen": "save_search",
    "api_share_search": "share_search",
    "api_forget_search": "save_search",
    "base": OPEN,
    "api_notices": "notices",
    "api_notice_worklist": "list_own_notices",
    "api_draft_notice": "draft_notice",
    "api_read_notice": "read_notice",
    "api_amend_notice": "amend_notice",
    "api_submit_notice": "submit_notice",
    "api_discard_notice": "discard_notice",
    "api_approve_notice": "approve_notice",
    "api_return_notice": "return_notice",
    "api_withdraw_notice": "withdraw_notice",
    "api_notice_versions": "read_notice_history",
    "api_notice_log": "read_notice_log",
    "api_notice_file": "read_notice",
    "home": OPEN,
    "sign_in_page": OPEN,
    "sign_in": OPEN,
    "sign_out": OPEN,
    "invitation_page": OPEN,
    "accept_invitation": OPEN,
    "set_view": OPEN,
    "style": OPEN,
    "search_page": "search",
    "export": "search",
    "statistics_page": "statistics",
    "trends_page": "statistics",
    "quality_page": "quality",
    "worklist_page": "list_own",
    "new_case_page": "create",
    "create_case": "create",
    "case_page": "read",
    "history_page": "read_history",
    "amend_page": "amend",
    "amend_case": "amend",
    "submit_case": "submit",
    "discard_case": "discard",
    "validate_case": "validate",
    "return_case": "return",
    "withdraw_case": "withdraw",
    "uploads_page": "uploads",
    "blank_table": "upload",
    "upload_table": "upload",
    "validate_upload": "validate_upload",
    "undo_upload": "undo_upload",
    "saved_page": "searches",
    "save_search": "save_search",
    "measure_page": "searches",
    "search_seen": "save_search",
    "share_search": "share_search",
    "forget_search": "save_search",
    "people_page": "people",
    "invite": "invite",
    "change_person": "change_person",
    "notices_page": "notices",
    "forum_page": "forum",
    "propose": "post_forum",
    "proposal_page": "forum",
    "answer_proposal": "post_forum",
    "vote_proposal": "post_forum",
    "judge_proposal": "moderate_forum",
    "hide_answer": "moderate_forum",
    "feeds_page": "feed",
    "make_feed": "feed",
    "end_feed": "feed",
    "feed": "feed",
    "notice_worklist_page": "list_own_notices",
    "new_notice_page": "draft_notice",
    "draft_notice": "draft_notice",
    "notice_page": "read_notice",
    "notice_history_page": "read_notice_history",
    "amend_notice_page": "amend_notice",
    "amend_notice": "amend_notice",
    "submit_notice": "submit_notice",
    "discard_notice": "discard_notice",
    "approve_notice": "approve_notice",
    "return_notice": "return_notice",
    "withdraw_notice": "withdraw_notice",
    "api_pictures": "see_pictures",
    "api_picture_worklist": "list_own_pictures",
    "api_add_picture": "add_picture",
    "api_read_picture": "see_pictures",
    "api_picture_image": "see_pictures",
    "api_similar_pictures": "see_pictures",
    "api_amend_picture": "amend_picture",
    "api_submit_picture": "submit_picture",
    "api_discard_picture": "discard_picture",
    "api_validate_picture": "validate_picture",
    "api_return_picture": "return_picture",
    "api_withdraw_picture": "withdraw_picture",
    "api_picture_log": "read_picture_log",
    "pictures_page": "see_pictures",
    "own_pictures_page": "list_own_pictures",
    "new_picture_page": "add_picture",
    "add_picture": "add_picture",
    "picture_page": "see_pictures",
    "picture_image": "see_pictures",
    "amend_picture_page": "amend_picture",
    "amend_picture": "amend_picture",
    "marks_page": "amend_picture",
    "mark_picture": "amend_picture",
    "submit_picture": "submit_picture",
    "discard_picture": "discard_picture",
    "validate_picture": "validate_picture",
    "return_picture": "return_picture",
    "withdraw_picture": "withdraw_picture",
    "picture_log_page": "read_picture_log",
    "attach_file": "amend_notice",
    "detach_file": "amend_notice",
    "notice_file": "read_notice",
    "albums_page": "see_albums",
    "keep_album": "keep_album",
    "album_page": "see_albums",
    "change_album": "keep_album",
}


def is_open(name: str) -> bool:
    """Whether nobody has to be signed in for the route."""
    return RULE_OF.get(name) == OPEN


def require(principal: Principal, name: str) -> None:
    """The service asks again, for the very resource. Raises NotAllowed: also for a route without a rule."""
    rule = RULE_OF.get(name)
    if rule is None:
        raise NotAllowed(action=name)
    if rule not in {OPEN, SIGNED_IN}:
        access.require(principal, rule)


def without_rule() -> list[str]:
    """Routes that no rule of the matrix is for, and rules that name no action or no route."""
    named = {route.name for route in ROUTES}
    actions = {OPEN, SIGNED_IN, *access.RULES}
    wrong = {name for name, rule in RULE_OF.items() if rule not in actions or name not in named}
    return sorted((named - set(RULE_OF)) | wrong)
