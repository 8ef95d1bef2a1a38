/** Welcome and GroupInfo, as far as they can be read without secrets (RFC 9420 §12.4.3). */

import { isSigned } from "../../labels.ts";
import { type Reader, Writer } from "../../tls.ts";
import { HpkeCiphertext } from "./commit.ts";
import { type Extensions, readExtensions, writeExtensions } from "./extensions.ts";
import { GroupContext } from "./group_context.ts";
import { Struct, encoded } from "./struct.ts";
import type { LeafIndex } from "./tree_math.ts";
import { refuse } from "./validation.ts";

/** The label under which a GroupInfo is signed. */
export const GROUP_INFO_LABEL = "GroupInfoTBS";
const MAX_NEW_MEMBERS = 4096;

/** The group secrets for the owner of the key package with this reference. */
export class EncryptedGroupSecrets extends Struct {
  constructor(
    readonly newMember: Uint8Array,
    readonly encryptedGroupSecrets: HpkeCiphertext,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().vector(this.newMember).raw(this.encryptedGroupSecrets.encode()).bytes();
  }

  static read(reader: Reader): EncryptedGroupSecrets {
    return new EncryptedGroupSecrets(reader.vector(), HpkeCiphertext.read(reader));
  }
}

/** What the members added by one commit need to join. */
export class Welcome extends Struct {
  constructor(
    readonly cipherSuite: number,
    readonly secrets: readonly EncryptedGroupSecrets[],
    readonly encryptedGroupInfo: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().u16(this.cipherSuite).vectorOf(this.secrets, encoded).vector(this.encryptedGroupInfo).bytes();
  }

  static read(reader: Reader): Welcome {
    return new Welcome(reader.u16(), reader.vectorOf(EncryptedGroupSecrets.read, MAX_NEW_MEMBERS), reader.vector());
  }
}

/** A member's signed statement of an epoch of the group. */
export class GroupInfo extends Struct {
  constructor(
    readonly groupContext: GroupContext,
    readonly extensions: Extensions,
    readonly confirmationTag: Uint8Array,
    readonly signer: LeafIndex,
    readonly signature: Uint8Array,
  ) {
    super();
  }

  encode(): Uint8Array {
    return new Writer().raw(groupInfoTbs(this)).vector(this.signature).bytes();
  }

  static read(reader: Reader): GroupInfo {
    const context = GroupContext.read(reader);
    return new GroupInfo(context, readExtensions(reader), reader.vector(), reader.u32(), reader.vector());
  }

  signed(signature: Uint8Array): GroupInfo {
    return new GroupInfo(this.groupContext, this.extensions, this.confirmationTag, this.signer, signature);
  }
}

/** GroupInfoTBS: what the signature covers. */
export function groupInfoTbs(groupInfo: GroupInfo): Uint8Array {
  const writer = writeExtensions(new Writer().raw(groupInfo.groupContext.encode()), groupInfo.extensions);
  return writer.vector(groupInfo.confirmationTag).u32(groupInfo.signer).bytes();
}

/** Throws `MlsError` V200 unless the holder of `signatureKey` signed it. */
export function verifyGroupInfo(groupInfo: GroupInfo, signatureKey: Uint8Array): void {
  if (!isSigned(signatureKey, GROUP_INFO_LABEL, groupInfoTbs(groupInfo), groupInfo.signature)) throw refuse("V200");
}
