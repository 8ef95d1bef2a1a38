/** One entry of the log: time, country, name, what was said. No bubbles, no sides. */

import { memo } from "preact/compat";
import type { ComponentChildren } from "preact";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import type { Item, ItemContent, Waiting } from "../../engine/api.ts";
import { clockTime, countryName, list, utc } from "../../i18n/format.ts";
import { errorText, language, t } from "../../i18n/index.ts";
import { Button, Plate, State } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { IconName } from "../../ui/icons.ts";
import { choose } from "../../templates_forms/model.ts";
import { administrationOf, nameOf } from "../people.ts";
import { RecordCard } from "./card.tsx";
import { FileList, WaitingFiles } from "./files.tsx";
import { Changes } from "./changes.tsx";
import { pieces } from "./text.ts";

interface EntryProps {
  readonly item: Item;
  readonly room: Room;
  readonly answered: Item | null;
  /** One points at it, or has gone to it: it has its buttons. */
  readonly atHand: boolean;
  readonly onReply: (item: Item, text?: string) => void;
}

export const Entry = memo(function Entry({ item, room, answered, atHand, onReply }: EntryProps) {
  const { content } = item;
  if (item.standing === "refused" || item.kind === "refused") {
    return (
      <Event item={item} room={room} icon="shield-alert">
        <span class="msg invalid">{t("entry.refused", { reason: item.reason })}</span>
      </Event>
    );
  }
  if (content?.kind === "chat") {
    return (
      <Frame item={item} room={room}>
        {content.replyTo !== "" && <Quote answered={answered} room={room} />}
        {content.text !== "" && <Said text={content.text} lang={content.lang} mentions={content.mentions} room={room} />}
        {content.files !== undefined && <FileList files={content.files} room={room} seq={item.seq} />}
        <Under item={item} />
        {atHand && (
          <div class="tools">
            <Button look="bare" icon="reply" label={t("room.reply")} onClick={() => onReply(item)} />
            {content.text !== "" && <CopyText text={content.text} />}
          </div>
        )}
      </Frame>
    );
  }
  if (content?.kind === "form") {
    return (
      <Frame item={item} room={room} card>
        <RecordCard content={content} room={room} findings={item.findings} atMs={item.atMs} amends={item.own ? item.clientRef : ""} read={item.seq <= room.readSeq.peek()} onReply={() => onReply(item)} {...(item.own ? {} : { onReturn: (text: string) => onReply(item, text) })} />
        <Under item={item} />
      </Frame>
    );
  }
  const changed = content?.kind === "members" ? content.change.identityChanged : [];
  return (
    <Event item={item} room={room} icon={EVENT_ICONS[item.kind] ?? "info"}>
      {eventWords(item, room)}
      {content?.kind === "template" && <Changes hash={content.templateHash} room={room} />}
      {changed.map((officer) => (
        <span class="note warning" key={officer}>
          <Icon name="key" />
          <span>{t("event.identity_by", { name: nameOf(room.people.value, officer), administration: countryName(administrationOf(officer)) })}</span>
        </span>
      ))}
    </Event>
  );
});

/** A sending that is not back yet: softer ink, its state in place. */
export function WaitingEntry({ waiting, room }: { readonly waiting: Waiting; readonly room: Room }) {
  const app = useApp();
  const { content } = waiting;
  const account = app.status.value?.account ?? null;
  const failed = waiting.state === "failed";
  return (
    <div class={`entry pending ${content?.kind === "form" ? "card" : ""}`}>
      <time>{waiting.sentAtMs === 0 ? "" : clockTime(waiting.sentAtMs)}</time>
      <Plate administration={administrationOf(account?.account ?? "")} />
      <div class="body">
        <p class="who">
          <bdi>{account?.displayName ?? ""}</bdi>
          <span>{t("entry.you")}</span>
        </p>
        {content?.kind === "chat" && content.text !== "" && <Said text={content.text} lang={content.lang} mentions={content.mentions} room={room} />}
        {content?.kind === "chat" && content.files !== undefined && <WaitingFiles files={content.files} room={room} clientRef={waiting.clientRef} />}
        {content?.kind === "form" && <RecordCard content={content} room={room} findings={[]} atMs={waiting.sentAtMs === 0 ? Date.now() : waiting.sentAtMs} amends="" read={false} />}
        <p class="under" role="status">
          {failed ? (
            <>
              <State tone="failed">{t("entry.failed", { reason: errorText({ code: waiting.reason, facts: {} }) })}</State>
              {waiting.attaching === true && (
                <Button look="link" icon="refresh-cw" onClick={() => void app.attempt(() => app.engine.resend(room.cugId, waiting.clientRef))}>
                  {t("ui.retry")}
                </Button>
              )}
              {content?.kind === "chat" && content.text !== "" && <CopyText text={content.text} words />}
              <Button look="link" icon="trash" onClick={() => void app.attempt(() => app.engine.discard(room.cugId, waiting.clientRef))}>
                {t("ui.delete")}
              </Button>
            </>
          ) : (
            <State tone="pending" icon={waiting.state === "stored" ? "check" : "clock"}>
              {t(waiting.state === "stored" ? "entry.acknowledged" : waiting.attaching === true ? "file.uploading" : "entry.waiting")}
            </State>
          )}
          {!failed && waiting.attaching === true && (
            <Button look="link" icon="x" onClick={() => void app.attempt(() => app.engine.discard(room.cugId, waiting.clientRef))}>
              {t("ui.cancel")}
            </Button>
          )}
        </p>
      </div>
    </div>
  );
}

interface FrameProps {
  readonly item: Item;
  readonly room: Room;
  readonly card?: boolean;
  readonly children: ComponentChildren;
}

function Frame({ item, room, card = false, children }: FrameProps) {
  return (
    <div class={card ? "entry card" : "entry"} data-seq={item.seq} tabIndex={-1}>
      <time dateTime={new Date(item.atMs).toISOString()} title={t("entry.at", { utc: utc(item.atMs), seq: item.seq })}>
        {clockTime(item.atMs)}
      </time>
      <Plate administration={administrationOf(item.officerId)} />
      <div class="body">
        <p class="who">
          <bdi>{nameOf(room.people.value, item.officerId)}</bdi>
          {item.own && <span>{t("entry.you")}</span>}
        </p>
        {children}
      </div>
    </div>
  );
}

function Event({ item, room, icon, children }: FrameProps & { readonly icon: IconName }) {
  return (
    <div class="entry happening" data-seq={item.seq} tabIndex={-1}>
      <time dateTime={new Date(item.atMs).toISOString()} title={t("entry.at", { utc: utc(item.atMs), seq: item.seq })}>
        {clockTime(item.atMs)}
      </time>
      {item.officerId !== "" && <Plate administration={administrationOf(item.officerId)} />}
      <p class="event">
        <Icon name={icon} />
        <span>
          {item.officerId !== "" && (
            <>
              <bdi class="strong">{nameOf(room.people.value, item.officerId)}</bdi>{" "}
            </>
          )}
          {children}
        </span>
      </p>
    </div>
  );
}

/** The state of one's own entry, and a doubt about anybody's. */
function Under({ item }: { readonly item: Item }) {
  if (!item.own && item.standing === "verified") return null;
  return (
    <p class="under">
      {item.standing === "not_yet_verified" && <State tone="warning">{t("entry.not_verified")}</State>}
      {item.own && item.standing === "verified" && <State tone="stored">{t("entry.stored")}</State>}
    </p>
  );
}

interface SaidProps {
  readonly text: string;
  readonly lang: string;
  readonly mentions: readonly string[];
  readonly room: Room;
}

/** A text in its own direction, whatever the page's. */
function Said({ text, lang, mentions, room }: SaidProps) {
  const app = useApp();
  const me = app.status.value?.account?.account ?? "";
  const names = new Map(mentions.map((officerId) => [officerId, nameOf(room.people.value, officerId)]));
  return (
    <p class="say" dir="auto" lang={lang === "" ? undefined : lang}>
      {pieces(text, names).map((piece, at) => {
        if (piece.kind === "plain") return piece.text;
        if (piece.kind === "mention") {
          return (
            <bdi class={`mention ${piece.officerId === me ? "me" : ""}`} key={at}>
              {piece.text}
            </bdi>
          );
        }
        return (
          <bdi class="code" dir="ltr" key={at}>
            {piece.text}
          </bdi>
        );
      })}
    </p>
  );
}

function Quote({ answered, room }: { readonly answered: Item | null; readonly room: Room }) {
  if (answered === null) return null;
  return (
    <p class="quote">
      <Icon name="reply" />
      <span>
        {t("room.answers", { name: nameOf(room.people.value, answered.officerId) })} · <bdi>{summary(answered.content, room)}</bdi>
      </span>
    </p>
  );
}

/** An entry in one line. */
export function summary(content: ItemContent | null, room: Room): string {
  if (content?.kind === "chat") return content.text === "" ? (content.files ?? []).map((file) => file.name).join(", ") : content.text;
  if (content?.kind !== "form") return "";
  const template = room.templates.value.get(content.templateHash);
  return template === undefined ? t("room.record") : choose(template.labels, language.value);
}

function CopyText({ text, words = false }: { readonly text: string; readonly words?: boolean }) {
  const app = useApp();
  const copy = (): void => void navigator.clipboard.writeText(text).then(() => app.say("stored", t("ui.copied")));
  if (words) return <Button look="link" icon="copy" onClick={copy}>{t("ui.copy")}</Button>;
  return <Button look="bare" icon="copy" label={t("ui.copy")} onClick={copy} />;
}

const EVENT_ICONS: { readonly [kind in Item["kind"]]?: IconName } = {
  members: "users",
  template: "file-text",
  profile: "flag",
  group: "key",
  closed: "archive",
  left: "log-out",
  extraction: "file-text",
  released: "file-text",
  history_keys: "history",
  history_request: "history",
  rejection: "circle-alert",
};

function eventWords(item: Item, room: Room): string {
  const { content } = item;
  const names = (officers: readonly string[]): string => list(officers.map((officer) => nameOf(room.people.value, officer)));
  switch (content?.kind) {
    case "members": {
      const { added, removed, roles, identityChanged, devicesAdded, devicesRemoved } = content.change;
      const said = [
        added.length > 0 ? t("event.added", { names: names(added) }) : "",
        removed.length > 0 ? t("event.removed", { names: names(removed) }) : "",
        roles.length > 0 ? t("event.roles", { names: names(roles.map(([officer]) => officer)) }) : "",
        devicesAdded.length > 0 ? t("event.devices_added", { names: list(devicesAdded) }) : "",
        devicesRemoved.length > 0 ? t("event.devices_removed", { names: list(devicesRemoved) }) : "",
      ].filter(Boolean);
      return said.length > 0 || identityChanged.length > 0 ? said.join(" ") : t("event.keys");
    }
    case "profile":
      return t("event.profile", { title: content.title });
    case "template": {
      const template = room.templates.value.get(content.templateHash);
      return t("event.template", { title: template === undefined ? "…" : choose(template.labels, language.value) });
    }
    case "left":
      return t("event.left", { reason: content.reason });
    case "extraction":
      return t("event.extraction", { count: content.count });
    case "released":
      return t(content.state === "withdrawn" ? "event.release_withdrawn" : "event.released", { case: content.caseId.slice(0, 8) });
    default:
      return plainEvent(item.kind);
  }
}

function plainEvent(kind: Item["kind"]): string {
  switch (kind) {
    case "members":
      return t("event.keys");
    case "group":
    case "closed":
    case "history_keys":
    case "history_request":
    case "rejection":
      return t(`event.${kind}`);
    default:
      return t("entry.unknown");
  }
}
