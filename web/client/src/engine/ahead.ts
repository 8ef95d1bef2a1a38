/**
 * Reading ahead of the replay: the newest epoch is readable while the past is still being verified (PROTOCOL §2.5).
 *
 *     Welcome, or the server's GroupInfo and a key from the vault ──> Ahead ──> entries "not yet verified"
 *     the replay comes to them                                          ──> the same entries, verified or refused
 *
 * Leaf, certificates up to the pinned root, signature and content key of each entry hold in the epoch that the joiner was
 * told of. That this epoch follows from the group's first one, and is the newest, only the replay can say: so nothing
 * read here is stored, changes a state, counts as seen, or leads into a group.
 */

import { equal, toHex } from "../crypto/bytes.ts";
import type { ContentKey } from "../crypto/archive.ts";
import { DomainError } from "../crypto/errors.ts";
import { CencommGroup } from "../crypto/group_context.ts";
import { type PublicGroup, publicGroupFromGroupInfo } from "../crypto/mls/public/group.ts";
import type { GroupState } from "../crypto/mls/secret/group.ts";
import { checkLeaves } from "../crypto/policy_leaves.ts";
import { keyRing, openRecord, readHeader } from "../crypto/records.ts";
import { EventKind, type LogEvent } from "../wire/frames.ts";
import type { Device } from "./device.ts";
import type { CugEngine } from "./engine.ts";
import { contentKeyOf, epochRow } from "./epochs.ts";
import { judgeRecord } from "./forms.ts";
import type { Api } from "./http.ts";
import { CHECKPOINT, type EpochRow, type ItemRow, tables, unpackRow } from "./model.ts";
import { type Placed, decoded, formOf, itemOf, placeIn, signedParts } from "./record.ts";
import type { Template } from "./template.ts";

/** Beyond so many events the past goes first: it brings them all. */
const MOST_EVENTS = 1000;

export type Templates = ReadonlyMap<string, Template>;

/** One epoch that was not reached by the replay yet, and what of it has been read. */
export class Ahead {
  /** Of the commit that made the epoch. */
  readonly seq: number;
  readonly #cugId: Uint8Array;
  readonly #epoch: EpochRow;
  readonly #key: ContentKey;
  readonly #items = new Map<string, ItemRow>();
  #lastSeq: number;

  constructor(cugId: Uint8Array, epoch: EpochRow, key: ContentKey) {
    this.#cugId = cugId;
    this.#epoch = epoch;
    this.#key = key;
    this.seq = epoch.madeSeq;
    this.#lastSeq = epoch.madeSeq;
  }

  get isFull(): boolean {
    return this.#lastSeq - this.seq >= MOST_EVENTS;
  }

  /** What the event says, if it is a record of this epoch that can be shown; everything else waits for the replay. */
  take(event: LogEvent, templates: Templates): ItemRow | null {
    this.#lastSeq = Math.max(this.#lastSeq, event.seq);
    const name = `${event.sender} ${toHex(event.clientRef)}`;
    if (event.kind !== EventKind.RECORD || this.#items.has(name) || this.#items.size >= MOST_EVENTS) return null;
    const item = this.#read(event, templates);
    if (item !== null) this.#items.set(name, item);
    return item;
  }

  /** What the replay, at `headN`, has not come to; by seq. */
  itemsAfter(headN: number): ItemRow[] {
    return [...this.#items.values()].filter(({ seq }) => seq > headN).sort((one, other) => one.seq - other.seq);
  }

  isPassedBy(headN: number): boolean {
    return headN >= this.#lastSeq;
  }

  #read(event: LogEvent, templates: Templates): ItemRow | null {
    try {
      const header = readHeader(event.body);
      const { epoch, groupId } = this.#epoch;
      if (header.epoch !== epoch || !equal(header.groupId, groupId)) return null;
      return shown(event, placeIn(this.#cugId, this.#epoch, event, header), this.#key, templates);
    } catch (error) {
      if (error instanceof DomainError) return null;
      throw error;
    }
  }
}

/** Messages, and forms whose template is known. Throws what `openRecord` throws. */
function shown(event: LogEvent, { epoch, header, leaf }: Placed, key: ContentKey, templates: Templates): ItemRow | null {
  const opened = openRecord(event.body, { keys: keyRing(key), contextHash: epoch.contextHash, signatureKey: leaf.signatureKey });
  const item = { ...itemOf(event, header), ...signedParts(opened), standing: "not_yet_verified" } as const;
  const [open, personal] = [decoded(item.public), decoded(item.personal)];
  const content = open ?? personal;
  if (content === null || (open !== null && personal !== null && open.t !== personal.t)) return null;
  if (content.t === "chat") return { ...item, kind: "chat" };
  if (content.t !== "form") return null;
  const template = templates.get(toHex(content.templateHash));
  if (template === undefined) return null;
  return { ...item, kind: "form", findings: judgeRecord(template, formOf(open), formOf(personal), event.serverTime) };
}

/** The epoch of `group`, made at `seq`; null where it is not one of this CUG with this officer in it. */
export function aheadIn(device: Device, cugId: Uint8Array, group: PublicGroup, key: ContentKey, seq: number): Ahead | null {
  try {
    const after = CencommGroup.of(group);
    if (!equal(after.cugId, cugId) || after.entry(device.officerId) === null) return null;
    checkLeaves(group.tree, after, device.trust);
    return new Ahead(cugId, epochRow(group, after, { seq, serverTime: 0 }), key);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** The epoch that a Welcome led into. */
export function aheadOfWelcome(device: Device, cugId: Uint8Array, state: GroupState, seq: number): Ahead | null {
  return aheadIn(device, cugId, state.public, contentKeyOf(state), seq);
}

/**
 * On a device that is new to the CUG: the newest epoch as the server says it is, if the account's vault has its key.
 *
 * An epoch before the one that another device of the account has verified is not read at all.
 */
export async function lookAhead(engine: CugEngine, api: Api): Promise<void> {
  const { memory } = engine;
  const tx = await engine.reading();
  if (memory.secret !== null || memory.welcome !== null || memory.ahead !== null) return;
  try {
    const said = await api.groupInfo(engine.cugId);
    const data = await tx.get(tables.vault, engine.cugId);
    const known = data === null ? CHECKPOINT : unpackRow(CHECKPOINT, data);
    if (equal(known.groupId, said.groupId) && said.epoch < known.epoch) return;
    const key = await memory.contentKey(tx, said.groupId, said.epoch);
    const group = publicGroupFromGroupInfo(said.groupInfo);
    if (key === null || group.epoch !== said.epoch || !equal(group.groupId, said.groupId)) return;
    memory.ahead = aheadIn(memory.device, engine.cugId, group, key, said.seq);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error; // the replay brings everything all the same
  }
}
