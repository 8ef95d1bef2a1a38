"""Every sentence of the program in English, by key: `error.<code>` for a refusal, `alarm.<code>` for what does not fit.

An error says what happened and what to do next. Facts stand in braces.
"""

from __future__ import annotations

from typing import NamedTuple


class Plural(NamedTuple):
    """A sentence that depends on the fact `count`."""

    one: str
    other: str


MESSAGES: dict[str, str | Plural] = {
    "error.accounts.already_enrolled": "This account exists already.",
    "error.accounts.certificate_refused": "The certificate does not belong to this account, was not signed by its issuer, or is not in force.",
    "error.accounts.device_revoked": "This device has been revoked. Set up a new one under another name.",
    "error.accounts.device_unknown": "The account has no such device.",
    "error.accounts.enrolment_incomplete": "The enrolment lacks the certificate request. Start again from the enrolment sheet.",
    "error.accounts.invitation_invalid": "The invitation does not fit or has expired. Ask for a new enrolment sheet.",
    "error.accounts.kdf_not_offered": "The password was prepared in a way that this server does not offer. Update CENcomm.",
    "error.accounts.key_package_refused": "A key package of this device is not valid or was seen before.",
    "error.accounts.locked_out": "Too many wrong attempts. Wait a while, then try again.",
    "error.accounts.name_invalid": "This is not a name that an account can have. Write it as KE for a contact point or KE/otieno for an officer.",
    "error.accounts.no_device": "This needs a certified device. Set this device up first.",
    "error.accounts.not_allowed": "Your account may not do that.",
    "error.accounts.not_signed_in": "Your session has ended. Sign in again.",
    "error.accounts.revocation_list_refused": "The revocation list is not newer than the known one, or not by its issuer.",
    "error.accounts.sign_in_refused": "The account or the password is not right.",
    "error.accounts.too_many_devices": "The account has as many devices as it may. Revoke one first.",
    "error.accounts.too_many_key_packages": "The directory holds enough key packages of this device already.",
    "error.accounts.unknown": "There is no such account.",
    "error.accounts.vault_conflict": "Another device wrote to your vault at the same moment. Try again.",
    "error.client.bundle_damaged": "This is not an extraction, or it is damaged ({reason}).",
    "error.client.commit_kept_losing": "Others were changing the group at the same moment. Try again.",
    "error.client.form_invalid": "The form was not sent: {findings} of its entries must be put right first.",
    "error.client.group_closed": "The group has been closed by an organiser; nothing more can be sent.",
    "error.client.identity_changed": "The identity of {officer} is not the one known so far. Check with the officer by another way before you admit it.",
    "error.client.key_file_damaged": "This is not a key file, or it was altered. Use your other copy.",
    "error.client.key_package_forged": "The server handed out a key that does not belong to the officer asked for. Nobody was admitted; tell the secretariat.",
    "error.client.may_not_extract": "Only organisers and analysts of the coordination unit may extract.",
    "error.client.not_certified": "Your account is not certified yet. Ask your national contact point to certify it.",
    "error.client.not_member": "You are not a member of this group, or no longer. Ask an organiser.",
    "error.client.not_signed_in": "This profile has no account yet. Enrol with your sheet, or sign in.",
    "error.client.not_yet_joined": "You were admitted, but this device is still reading the past of the group. Wait a moment.",
    "error.client.nothing_to_change": "That is already so; nothing was changed.",
    "error.client.officer_unknown": "No certified device of that officer is known. The officer must enrol and be certified first.",
    "error.client.profile_absent": "There is no profile in this folder yet. Enrol or sign in first.",
    "error.client.profile_damaged": "The profile has been altered or is damaged. Set this device up anew from your enrolment sheet.",
    "error.client.profile_exists": "A profile is already in this folder and is never overwritten. Choose another folder with --profile.",
    "error.client.profile_unsupported": "The profile was written by another version of CENcomm. Update CENcomm.",
    "error.client.request_forged": "The request of {account} was not made with its enrolment sheet. Do not certify it; speak to the officer.",
    "error.client.revocations_stale": "The list of revoked devices is too old to admit anybody. Connect to the server, or ask the secretariat for a new list.",
    "error.client.send_refused": "The server refused to take this ({reason}). It was not sent.",
    "error.client.server_misbehaved": "The server's answer breaks the protocol ({reason}). Tell the secretariat.",
    "error.client.server_refused": "The server refused ({reason}).",
    "error.client.server_unreachable": "The server cannot be reached. What you wrote is kept and will be sent when the line is back.",
    "error.client.stale_group_info": "The server offered an old state of the group. The device did not join; try again, and tell the secretariat if it stays.",
    "error.client.template_unknown": "The group has no such template. List them with: cencomm templates.",
    "error.client.unknown_group": "No group of that name is on this device, or the name fits several. List them with: cencomm cugs.",
    "error.client.weak_password": "The password is too short: use at least {shortest} characters, for example several words.",
    "error.client.wrong_deployment": "This server is not the one of your enrolment sheet. Do not go on; ask the secretariat.",
    "error.client.wrong_password": "The password is not right.",
    "error.internal": "Something went wrong on our side. Try again; if it stays, tell the secretariat.",
    "error.store.database_url_invalid": "The database address is neither sqlite:///path nor postgresql://…",
    "error.unknown": "Something was refused for a reason that this version does not know ({code}). Update CENcomm.",
    "error.wire.malformed": "The message does not have the agreed shape. Nothing was changed; update CENcomm if this stays.",
    "error.wire.too_large": "This is larger than the server takes. Shorten it or send it in parts.",
}
