"""What the CEN core refuses. Codes are stable; facts name fields, numbers and codes, never what somebody wrote."""

from __future__ import annotations

from cencomm.errors import DomainError


class CenError(DomainError):
    """The root of this package's refusals."""


class NotAllowed(CenError):
    """The principal's level, role or member does not allow the action. Facts: action."""

    code = "cen.not_allowed"


class AuthorMayNotJudge(CenError):
    """Who made a case may not validate, return or withdraw it. Facts: action."""

    code = "cen.author_may_not_judge"


class CaseUnknown(CenError):
    """There is no such case, or the principal may not know that there is."""

    code = "cen.case_unknown"


class UploadUnknown(CenError):
    """There is no such upload, or the principal may not know that there is."""

    code = "cen.upload_unknown"


class SavedUnknown(CenError):
    """There is no such saved search, or the principal may not know that there is."""

    code = "cen.saved_unknown"


class TooManySaved(CenError):
    """The officer has saved as many searches as there may be. Facts: limit."""

    code = "cen.too_many_saved"


class UnknownField(CenError):
    """The schema has no such field. Facts: field (its path)."""

    code = "cen.unknown_field"


class NominalField(CenError):
    """The field can lead to a person and has no place here. Facts: field (its path)."""

    code = "cen.nominal_field"


class CaseMalformed(CenError):
    """A field has not the shape that the schema asks for. Facts: field (its path)."""

    code = "cen.malformed"


class CaseInvalid(CenError):
    """The fields contradict each other or a code list. Facts: field and reason of the first finding, count of all."""

    code = "cen.case_invalid"


class WordsUnread(CenError):
    """Free text without the contact point's word that it was read. Facts: field (its path)."""

    code = "cen.words_unread"


class VersionConflict(CenError):
    """Somebody changed the case in between. Facts: sent, current (version numbers)."""

    code = "cen.version_conflict"


class WrongState(CenError):
    """The case, or the upload, is not in a state in which this can be done. Facts: state, action."""

    code = "cen.wrong_state"


class KeyReused(CenError):
    """The idempotency key was used before for something else."""

    code = "cen.key_reused"


class CaseExists(CenError):
    """The member has a case with this source key already."""

    code = "cen.case_exists"


class QueryInvalid(CenError):
    """The question cannot be asked so. Facts: field, reason."""

    code = "cen.query_invalid"


class UploadRefused(CenError):
    """Rows of the upload have errors; nothing was stored. Facts: rows (with errors), cells (with errors)."""

    code = "cen.upload_refused"


class UploadTooLarge(CenError):
    """More rows than one upload may have. Facts: limit."""

    code = "cen.upload_too_large"


class PictureUnknown(CenError):
    """There is no such picture, or the principal may not know that there is."""

    code = "cen.picture_unknown"


class PictureRefused(CenError):
    """The bytes are not one whole picture of a kind and size that is taken. Facts: reason."""

    code = "cen.picture_refused"


class PictureInvalid(CenError):
    """What was said about the picture contradicts a code list or itself. Facts: field, reason."""

    code = "cen.picture_invalid"


class PictureForbidden(CenError):
    """Of this heading there is never a picture, nor of a case that has it."""

    code = "cen.picture_forbidden"


class PictureUnseen(CenError):
    """The contact point has not said that he looked at the picture and that nothing on it leads to a person."""

    code = "cen.picture_unseen"


class AlbumUnknown(CenError):
    """There is no such album."""

    code = "cen.album_unknown"


class StorageFailed(CenError):
    """The storage for pictures does not do its part; nothing was stored."""

    code = "cen.storage_failed"


class NotSignedIn(CenError):
    """There is no session, or it has ended."""

    code = "cen.not_signed_in"


class SignInRefused(CenError):
    """No active person has this name and this password. Which of the two was wrong is never said."""

    code = "cen.sign_in_refused"


class InvitationInvalid(CenError):
    """The link was used, has expired, or was never given."""

    code = "cen.invitation_invalid"


class PasswordWeak(CenError):
    """Shorter or longer than a password may be, or the person's own name. Facts: least (characters)."""

    code = "cen.password_weak"


class PersonInvalid(CenError):
    """Nobody can be like this: name, member, region and role do not belong together. Facts: field."""

    code = "cen.person_invalid"


class PersonExists(CenError):
    """There is somebody of this name with another role or level."""

    code = "cen.person_exists"


class PersonUnknown(CenError):
    """There is nobody of this name, or the principal may not know that there is."""

    code = "cen.person_unknown"


class NoticeUnknown(CenError):
    """There is no such notice, or the principal may not know that there is."""

    code = "cen.notice_unknown"


class NoticeInvalid(CenError):
    """A notice cannot be stored like this. Facts: field and reason of the first flaw, count of all."""

    code = "cen.notice_invalid"


class ProposalUnknown(CenError):
    """There is no such proposal or answer, or the principal may not know that there is."""

    code = "cen.proposal_unknown"


class AttachmentUnknown(CenError):
    """The version that the principal sees has no such file."""

    code = "cen.attachment_unknown"


class AttachmentRefused(CenError):
    """The file cannot be attached. Facts: reason."""

    code = "cen.attachment_refused"


class RequestMalformed(CenError):
    """The request itself is broken. Facts: what."""

    code = "cen.request_malformed"


class RequestTooLarge(CenError):
    """More bytes or fields than a request may have. Facts: limit."""

    code = "cen.request_too_large"


class TooManyRequests(CenError):
    """From this address, or for this name. Facts: retry_after_seconds."""

    code = "cen.too_many_requests"


class ForeignPage(CenError):
    """A form that was not sent from a page of this deployment, or from one of an ended session."""

    code = "cen.foreign_page"


class NoSuchPage(CenError):
    """Nothing has this address."""

    code = "cen.no_such_page"


class MethodNotOffered(CenError):
    """The address does not know this method."""

    code = "cen.method_not_offered"


class DatabaseUrlInvalid(CenError):
    """Neither `sqlite:///path` nor `postgresql://…`."""

    code = "cen.database_url_invalid"
