/** The engine's own refusals; codes are those of `cencomm.client.errors`, so that one catalogue has the sentences. */

import type { Fact } from "../crypto/errors.ts";
import { ClientError } from "../store/errors.ts";
import type { FindingRow } from "./model.ts";

function kind(name: string): new (facts?: Record<string, Fact>) => ClientError {
  return class extends ClientError {
    constructor(facts: Record<string, Fact> = {}) {
      super(`client.${name}`, facts);
    }
  };
}

/** A new password is shorter than the floor (`shortest` characters). */
export class WeakPassword extends kind("weak_password") {}

/** There is no account here yet. */
export class NotSignedIn extends kind("not_signed_in") {}

/** The vault lacks the account's identity: the device that enrolled it (`account`) has not uploaded it yet. */
export class IdentityAbsent extends kind("identity_absent") {}

/** The account has no certificate yet; its contact point must certify it first. */
export class NotCertified extends kind("not_certified") {}

/** The server names another deployment or root key than the sheet (PROTOCOL §1.2). */
export class WrongDeployment extends kind("wrong_deployment") {}

/** The code is of a server at another `address`, which has a page of its own. */
export class OtherServer extends kind("other_server") {}

/** No connection, or it broke; nothing is lost, the outbox keeps what was not acknowledged. */
export class ServerUnreachable extends kind("server_unreachable") {}

/** The server's answer breaks the protocol (`reason`). */
export class ServerMisbehaved extends kind("server_misbehaved") {}

/** No CUG of that id on this profile. */
export class UnknownGroup extends kind("unknown_group") {}

/** This device is not, or no longer, a member of the CUG. */
export class NotMember extends kind("not_member") {}

/** Admitted, but the replay of the past has not reached the own admission. */
export class NotYetJoined extends kind("not_yet_joined") {}

/** The CUG was closed by an organiser. */
export class GroupClosed extends kind("group_closed") {}

/** A key package the server handed out does not belong to the officer it was asked for. */
export class KeyPackageForged extends kind("key_package_forged") {}

/** The server shows another identity key for an officer than the roster or his earlier certificate. */
export class IdentityChanged extends kind("identity_changed") {}

/** No certified device of that officer is known to the server. */
export class OfficerUnknown extends kind("officer_unknown") {}

/** What was asked for is already so. */
export class NothingToChange extends kind("nothing_to_change") {}

/** Others' commits kept winning; try again. */
export class CommitKeptLosing extends kind("commit_kept_losing") {}

/** The GroupInfo for joining is older than, or does not extend, what is known (PROTOCOL §2.5). */
export class StaleGroupInfo extends kind("stale_group_info") {}

/** No fresh revocation list for too long to admit anybody (PROTOCOL §1.5). */
export class RevocationsStale extends kind("revocations_stale") {}

/** The CUG has no template of that hash. */
export class TemplateUnknown extends kind("template_unknown") {}

/** Another template of that name has this version or a later one: versions never change. */
export class TemplateVersionTaken extends kind("template_version_taken") {}

/** Only organisers and OCU analysts extract. */
export class MayNotExtract extends kind("may_not_extract") {}

/** The officer gave up the extraction; nothing was announced and nothing is left of it. */
export class ExtractionCancelled extends kind("extraction_cancelled") {}

/** One extraction of a CUG at a time. */
export class ExtractionUnderWay extends kind("extraction_under_way") {}

/** The server refused a sending for good (`reason` is its code). */
export class SendRefused extends kind("send_refused") {}

/** The entry of that number names no such file. */
export class NoAttachment extends kind("no_attachment") {}

/** What was to be sent is longer than any server takes (`size_kb`, `limit_kb`); nothing was queued. */
export class RecordTooLarge extends kind("record_too_large") {}

/** A record that does not keep PROTOCOL §3; `reason` is a stable word. */
export class RecordRefused extends kind("record_refused") {}

/** A handshake, rejection, seal or closing that does not fit its place in the log (`reason`). */
export class EventRefused extends kind("event_refused") {}

/** The server refused; `serverCode` and `serverFacts` are its words and name the sentence to show. */
export class ServerRefused extends ClientError {
  readonly serverCode: string;
  readonly serverFacts: Readonly<Record<string, Fact>>;

  constructor(serverCode: string, serverFacts: Readonly<Record<string, Fact>> = {}) {
    super("client.server_refused", { reason: serverCode });
    this.serverCode = serverCode;
    this.serverFacts = serverFacts;
  }
}

/** The form breaks rules of level error and was not sent; `findings` are those. */
export class FormInvalid extends ClientError {
  readonly findings: readonly FindingRow[];

  constructor(findings: readonly FindingRow[]) {
    super("client.form_invalid", { count: findings.length, first: findings[0]?.rule ?? "", path: findings[0]?.path ?? "" });
    this.findings = findings;
  }
}
