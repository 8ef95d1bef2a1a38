"""The client's own refusals: each has a stable code and facts; `cencomm.i18n` has the sentences (style guide §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cencomm.errors import DomainError, Fact

if TYPE_CHECKING:
    from cencomm.client.model import FindingRow


class ClientError(DomainError):
    """The root of what this package raises by itself; errors of the layers below pass through unchanged."""


class ProfileAbsent(ClientError):
    """There is no profile in the folder."""

    code = "client.profile_absent"


class ProfileExists(ClientError):
    """A profile is already there; it is never overwritten."""

    code = "client.profile_exists"


class ProfileDamaged(ClientError):
    """A sealed row does not open: the file was altered or is not ours."""

    code = "client.profile_damaged"


class ProfileUnsupported(ClientError):
    """The profile was written by another version of its format."""

    code = "client.profile_unsupported"


class WrongPassword(ClientError):
    """The password does not open the profile, the key file or the vault."""

    code = "client.wrong_password"


class WeakPassword(ClientError):
    """A new password is shorter than the floor (`shortest` characters)."""

    code = "client.weak_password"


class IdentityAbsent(ClientError):
    """The vault lacks the account's identity: the device that enrolled it (`account`) has not uploaded it yet."""

    code = "client.identity_absent"


class NotCertified(ClientError):
    """The account has no certificate yet; its contact point must certify it first."""

    code = "client.not_certified"


class WrongDeployment(ClientError):
    """The server names another deployment or root key than the sheet (PROTOCOL §1.2)."""

    code = "client.wrong_deployment"


class RequestForged(ClientError):
    """A certificate request does not bear the MAC of the sheet's secret: somebody else made it."""

    code = "client.request_forged"


class ServerUnreachable(ClientError):
    """No connection, or it broke; nothing is lost, the outbox keeps what was not acknowledged."""

    code = "client.server_unreachable"


class ServerMisbehaved(ClientError):
    """The server's answer breaks the protocol (`reason`)."""

    code = "client.server_misbehaved"


class UnknownGroup(ClientError):
    """No CUG of that name or id on this profile, or the name fits several."""

    code = "client.unknown_group"


class NotMember(ClientError):
    """This device is not, or no longer, a member of the CUG."""

    code = "client.not_member"


class NotYetJoined(ClientError):
    """Admitted, but the replay of the past has not reached the own admission."""

    code = "client.not_yet_joined"


class GroupClosed(ClientError):
    """The CUG was closed by an organiser."""

    code = "client.group_closed"


class KeyPackageForged(ClientError):
    """A key package the server handed out does not belong to the officer it was asked for."""

    code = "client.key_package_forged"


class IdentityChanged(ClientError):
    """The server shows another identity key for an officer than the roster or his earlier certificate."""

    code = "client.identity_changed"


class OfficerUnknown(ClientError):
    """No certified device of that officer is known to the server."""

    code = "client.officer_unknown"


class NothingToChange(ClientError):
    """What was asked for is already so."""

    code = "client.nothing_to_change"


class CommitKeptLosing(ClientError):
    """Others' commits kept winning; try again."""

    code = "client.commit_kept_losing"


class StaleGroupInfo(ClientError):
    """The GroupInfo for joining is older than, or does not extend, what is known (PROTOCOL §2.5)."""

    code = "client.stale_group_info"


class RevocationsStale(ClientError):
    """No fresh revocation list for too long to admit anybody (PROTOCOL §1.5)."""

    code = "client.revocations_stale"


class MayNotExtract(ClientError):
    """Only organisers and OCU analysts extract."""

    code = "client.may_not_extract"


class FormatNeedsRecords(ClientError):
    """An extraction for statistics holds no records, so it cannot be written in this `format`."""

    code = "client.format_needs_records"


class FormatMissing(ClientError):
    """The part of the program that writes this `format` is not installed here."""

    code = "client.format_missing"


class FormInvalid(ClientError):
    """The form breaks rules of level error and was not sent; `findings` are those (`model.FindingRow`)."""

    code = "client.form_invalid"
    findings: tuple[FindingRow, ...] = ()


class TemplateUnknown(ClientError):
    """The CUG has no template of that name or hash."""

    code = "client.template_unknown"


class TemplateVersionTaken(ClientError):
    """A template of that name has this version or a later one: versions never change. Facts: template, version."""

    code = "client.template_version_taken"


class RecordNotReleasable(ClientError):
    """The record breaks its template's rules, or is none of the seizures of the group. Facts: reason."""

    code = "client.record_not_releasable"


class KeyFileDamaged(ClientError):
    """The key file is not one, or was altered."""

    code = "client.key_file_damaged"


class SendRefused(ClientError):
    """The server refused a sending for good (`reason` is its code)."""

    code = "client.send_refused"


class RecordTooLarge(ClientError):
    """What was to be sent is longer than any server takes (`size_kb`, `limit_kb`); nothing was queued."""

    code = "client.record_too_large"


class BundleDamaged(ClientError):
    """An extraction bundle cannot be read (`reason`)."""

    code = "client.bundle_damaged"


class FileUnreadable(ClientError):
    """A file on this machine cannot be read or written (`reason` in the system's words)."""

    code = "client.file_unreadable"


class FileExists(ClientError):
    """There is a file of that name; it was left as it is."""

    code = "client.file_exists"


class NoAttachment(ClientError):
    """The entry of that number names no file."""

    code = "client.no_attachment"


class ServerRefused(ClientError):
    """The server refused; `server_code` and `server_facts` are its words and name the sentence to show."""

    code = "client.server_refused"

    def __init__(self, server_code: str, server_facts: Mapping[str, Fact] | None = None) -> None:
        super().__init__(reason=server_code)
        self.server_code = server_code
        self.server_facts = dict(server_facts or {})
