"""What the accounts side refuses (style guide §5). Codes are stable; facts never hold a secret."""

from __future__ import annotations

from cencomm.errors import DomainError


class SignInRefused(DomainError):
    """Unknown account or wrong key: never says which."""

    code = "accounts.sign_in_refused"


class LockedOut(DomainError):
    """Too many wrong keys for this account or from this address."""

    code = "accounts.locked_out"


class NotSignedIn(DomainError):
    """No session, or one that has ended."""

    code = "accounts.not_signed_in"


class NotAllowed(DomainError):
    """This account, or this kind of session, may not do that."""

    code = "accounts.not_allowed"


class NoDevice(DomainError):
    """The session is not bound to a device."""

    code = "accounts.no_device"


class InvitationInvalid(DomainError):
    """No such invitation, another code, redeemed or expired: never says which."""

    code = "accounts.invitation_invalid"


class AlreadyEnrolled(DomainError):
    """An account that exists is not invited again."""

    code = "accounts.already_enrolled"


class AccountUnknown(DomainError):
    """No such account, for one who may know."""

    code = "accounts.unknown"


class KdfNotOffered(DomainError):
    """Other password-hashing parameters than the deployment's (they would tell known accounts from unknown ones)."""

    code = "accounts.kdf_not_offered"


class EnrolmentIncomplete(DomainError):
    """An NCP or officer enrols with a certificate request and its MAC."""

    code = "accounts.enrolment_incomplete"


class CertificateRefused(DomainError):
    """A certificate that is not the account's, not the issuer's, or not in force."""

    code = "accounts.certificate_refused"


class DeviceUnknown(DomainError):
    """No such device of this account."""

    code = "accounts.device_unknown"


class DeviceRevoked(DomainError):
    """The device has been revoked; its name is not used again."""

    code = "accounts.device_revoked"


class TooManyDevices(DomainError):
    """The account has reached its bound of devices."""

    code = "accounts.too_many_devices"


class RevocationListRefused(DomainError):
    """Not newer than the one that is known, or not by its issuer."""

    code = "accounts.revocation_list_refused"


class KeyPackageRefused(DomainError):
    """A key package that is not the device's, was seen before, or is not valid (RFC 9420 §10.1)."""

    code = "accounts.key_package_refused"


class TooManyKeyPackages(DomainError):
    """The directory holds a bounded number for each device."""

    code = "accounts.too_many_key_packages"


class VaultFull(DomainError):
    """The vault holds as much as an account may store."""

    code = "accounts.vault_full"


class VaultConflict(DomainError):
    """Somebody wrote first: read, merge, write again."""

    code = "accounts.vault_conflict"
