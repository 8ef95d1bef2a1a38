"""What the Delivery Service refuses (style guide §5). Codes are stable; facts never hold a secret."""

from __future__ import annotations

from cencomm.errors import DomainError


class CugUnknown(DomainError):
    """No such closed user group, for one who may know of it."""

    code = "groups.unknown"


class CugExists(DomainError):
    """A CUG or an MLS group of this id has been started before."""

    code = "groups.exists"


class NotMember(DomainError):
    """Not, or no longer, a member. A stranger gets the same answer whether the CUG exists or not."""

    code = "groups.not_member"


class RoleNotAllowed(DomainError):
    """A member whose role may not send this kind of event."""

    code = "groups.role_not_allowed"


class CugClosed(DomainError):
    """Nothing is added to a closed CUG."""

    code = "groups.closed"


class StaleEpoch(DomainError):
    """An event of an epoch that is not the current one (PROTOCOL §3.5; RFC 9750 §5.2.1)."""

    code = "groups.stale_epoch"


class EpochTaken(DomainError):
    """Another commit was accepted for this epoch first, or another group took its place (RFC 9420 §14)."""

    code = "groups.epoch_taken"


class ClientRefReused(DomainError):
    """The device has sent other bytes under the same client_ref."""

    code = "groups.client_ref_reused"


class WrongDevice(DomainError):
    """The event is not of the session's device: its leaf is another one, or none, in the current tree."""

    code = "groups.wrong_device"


class WrongHeader(DomainError):
    """What the event says of itself is not what the frame says: `field` names it."""

    code = "groups.wrong_header"


class KindNotSendable(DomainError):
    """This kind of event does not travel in this frame."""

    code = "groups.kind_not_sendable"


class ClockApart(DomainError):
    """A commit or closing whose time is further from the server's clock than is allowed (PROTOCOL §2.3)."""

    code = "groups.clock_apart"


class SignatureWrong(DomainError):
    """A rejection, seal or closing whose signature is not by the session's device."""

    code = "groups.signature_wrong"


class WelcomesWrong(DomainError):
    """The Welcomes are not one for each device that the commit adds."""

    code = "groups.welcomes_wrong"


class SuccessorRefused(DomainError):
    """A successor group that may not be started now, or not by this member (PROTOCOL §2.1)."""

    code = "groups.successor_refused"


class NoWelcome(DomainError):
    """There is no Welcome for this device."""

    code = "groups.no_welcome"


class TooManySubscriptions(DomainError):
    """The session follows as many CUGs as it may."""

    code = "groups.too_many_subscriptions"


class NotStored(DomainError):
    """The store did not answer; whether the event is there is known after sending the same bytes again."""

    code = "groups.not_stored"


class FileTooLarge(DomainError):
    """A file larger than this server takes (`limit` bytes). Nothing was stored."""

    code = "files.too_large"


class FilesFull(DomainError):
    """The CUG's files take as much as they may: `left` bytes of `limit` are free. Nothing was stored."""

    code = "files.full"


class TooManyUploads(DomainError):
    """The device has as many unfinished uploads in the CUG as it may."""

    code = "files.too_many_uploads"


class FileUnknown(DomainError):
    """No such file or upload, for one who may know of it."""

    code = "files.unknown"


class ChunkOutOfOrder(DomainError):
    """Chunks come in order: `received` of them are here."""

    code = "files.out_of_order"


class ChunkWrong(DomainError):
    """A chunk that is not of the length that it has in such a file."""

    code = "files.chunk_wrong"


class FileHashWrong(DomainError):
    """What was uploaded has another hash than its name says. Nothing of it was kept."""

    code = "files.hash_wrong"


class FileNotStored(DomainError):
    """The storage for files does not answer or has no room; the same request again may go through."""

    code = "files.not_stored"
