/** Who can read a CUG now, and by which certificates: what the safety view shows. */

import { toHex } from "../crypto/bytes.ts";
import { type Certificate, Kind } from "../crypto/certificates.ts";
import { CencommGroup } from "../crypto/group_context.ts";
import { chainOf } from "../crypto/policy.ts";
import type * as api from "./api.ts";
import type { Memory } from "./memory.ts";

export function safetyView(memory: Memory): api.Safety {
  const { row, group } = memory;
  const context = group === null ? null : CencommGroup.of(group);
  const roles = new Map(context?.roster.map((entry) => [entry.officerId, entry.role]));
  const readers = [...(group?.tree.leaves() ?? [])].map(([, leaf]): api.ReaderView => {
    const chain = chainOf(leaf);
    return {
      deviceId: chain.deviceId,
      officerId: chain.officerId,
      role: roles.get(chain.officerId) ?? "officer",
      signatureKey: toHex(leaf.signatureKey),
      chain: chain.certificates.map(certificateView),
    };
  });
  return {
    cugId: toHex(memory.cugId),
    groupId: toHex(row.groupId),
    epoch: row.epoch,
    rootPublicKey: toHex(memory.device.trust.rootPublicKey),
    epochAuthenticator: memory.secret === null ? "" : toHex(memory.secret.epochAuthenticator),
    lastSeq: row.headN,
    headHash: toHex(row.headHash),
    confirmed: row.confirmed,
    readers,
    archiveHolders: context?.roster.filter((entry) => entry.archiveKey !== null).map((entry) => entry.officerId) ?? [],
    revocations: context?.revocations.map(({ issuer, number }) => ({ issuer, number })) ?? [],
  };
}

const KINDS = { [Kind.NCP]: "ncp", [Kind.OFFICER]: "officer", [Kind.DEVICE]: "device" } as const;

function certificateView(certificate: Certificate): api.CertificateView {
  return {
    kind: KINDS[certificate.kind as keyof typeof KINDS],
    subject: certificate.subject,
    displayName: certificate.displayName,
    publicKey: toHex(certificate.publicKey),
    serial: toHex(certificate.serial),
    notBeforeMs: certificate.notBeforeS * 1000,
    notAfterMs: certificate.notAfterS * 1000,
  };
}
