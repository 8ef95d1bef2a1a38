/** Where one writes. What is typed is kept as a draft until it is sent. */

import { useEffect, useRef, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useSaving } from "../../app/saving.ts";
import { useApp } from "../../app/state.ts";
import type { CugView, Item, Member, TextWanted } from "../../engine/api.ts";
import { folded } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Button, Plate } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { FormChooser } from "../form/chooser.tsx";
import { nameOf } from "../people.ts";
import { summary } from "./entry.tsx";
import { ChosenFiles } from "./files.tsx";
import { mentionBeingTyped, mentionsIn } from "./text.ts";
import { TypingLine } from "./typing.tsx";

const DRAFT = "message";
const MOST_NAMES = 6;
/** As many as a message may name. */
const MOST_FILES = 20;

/** The entry that is answered, and what the answer begins with. */
export interface Answering {
  readonly item: Item;
  readonly text: string;
}

interface ComposerProps {
  readonly room: Room;
  readonly view: CugView;
  readonly replyTo: Answering | null;
  readonly onAnswered: () => void;
}

export function Composer({ room, view, replyTo, onAnswered }: ComposerProps) {
  const app = useApp();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [choosing, setChoosing] = useState(false);
  const [files, setFiles] = useState<readonly File[]>([]);
  const [sealing, setSealing] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const saving = useSaving();
  const { engine } = app;

  useEffect(() => {
    void engine.drafts(room.cugId).then((drafts) => setText((now) => (now === "" ? (drafts.find((draft) => draft.key === DRAFT)?.text ?? "") : now)));
  }, [room]);
  useEffect(() => {
    if (replyTo === null) return;
    if (replyTo.text !== "") write(text === "" ? replyTo.text : `${text}\n${replyTo.text}`);
    area.current?.focus();
  }, [replyTo]);

  const typing = mentionBeingTyped(text, caret);
  const names = typing === null ? [] : fitting(view.members, typing.typed);
  const write = (changed: string): void => {
    setText(changed);
    setActive(0);
    saving.soon(() => void app.attempt(() => engine.saveDraft(room.cugId, DRAFT, changed, null)));
  };
  const take = (member: Member): void => {
    const end = `${text.slice(0, typing!.from)}@${nameOf(room.people.value, member.officerId)} `;
    write(end + text.slice(caret));
    setCaret(end.length);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(end.length, end.length);
    });
  };
  const attach = (chosen: Iterable<File>): void => {
    const all = [...files, ...chosen];
    if (all.length > MOST_FILES) app.say("failed", t("file.too_many", { count: MOST_FILES }));
    setFiles(all.slice(0, MOST_FILES));
  };
  const sendAll = async (wanted: TextWanted): Promise<boolean> => {
    if (files.length === 0) return await app.attempt(() => engine.sendText(room.cugId, wanted));
    setSealing(true);
    const done = await app.attempt(() => engine.sendFiles(room.cugId, { ...wanted, files }));
    setSealing(false);
    if (done) setFiles([]);
    return done;
  };
  const send = async (): Promise<void> => {
    const said = text.trim();
    if ((said === "" && files.length === 0) || sealing) return;
    saving.drop();
    const called = new Map(view.members.map((member) => [member.officerId, nameOf(room.people.value, member.officerId)]));
    const wanted = { text: said, mentions: mentionsIn(said, called), ...(replyTo === null ? {} : { replyTo: replyTo.item.clientRef }) };
    if (!(await sendAll(wanted))) return;
    setText("");
    onAnswered();
    await app.attempt(() => engine.saveDraft(room.cugId, DRAFT, "", null));
    if (!room.atNewest.value) await room.jumpToNewest();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (names.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setActive((active + (event.key === "ArrowDown" ? 1 : names.length - 1)) % names.length);
    } else if (names.length > 0 && (event.key === "Enter" || event.key === "Tab") && !event.ctrlKey) {
      event.preventDefault();
      take(names[active]!);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape" && replyTo !== null) onAnswered();
  };
  const invitation = view.title === "" ? t("room.write_group") : t("room.write", { title: view.title });
  return (
    <div class="composer">
      <TypingLine room={room} />
      <div class="reach">
        <Icon name="lock" />
        <span>{t("room.read_by", { count: view.members.length })}</span>
        <span class="push desk-only" aria-hidden="true">
          <kbd dir="ltr">Ctrl ⏎</kbd> {t("settings.key_send")}
        </span>
      </div>
      {replyTo !== null && (
        <div class="answering">
          <Icon name="reply" />
          <span>
            {t("room.replying", { name: nameOf(room.people.value, replyTo.item.officerId) })} · <bdi>{summary(replyTo.item.content, room)}</bdi>
          </span>
          <Button look="bare" icon="x" label={t("ui.cancel")} onClick={onAnswered} />
        </div>
      )}
      {files.length > 0 && <ChosenFiles files={files} onRemove={(index) => setFiles(files.filter((_, at) => at !== index))} />}
      {names.length > 0 && (
        <ul class="combo-list" id="mention-list" role="listbox" aria-label={t("room.mention")}>
          {names.map((member, at) => (
            <li
              key={member.officerId}
              id={`mention-${at}`}
              role="option"
              aria-selected={at === active}
              onPointerDown={(event) => {
                event.preventDefault();
                take(member);
              }}
            >
              <Plate administration={member.administration} />
              <bdi>{nameOf(room.people.value, member.officerId)}</bdi>
            </li>
          ))}
        </ul>
      )}
      <div class="box">
        <Button look="bare" icon="file-plus" onClick={() => setChoosing(true)}>
          {t("room.record")}
        </Button>
        <Button look="bare" icon="paperclip" label={t("file.attach")} onClick={() => picker.current?.click()} />
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            attach(event.currentTarget.files ?? []);
            event.currentTarget.value = "";
            area.current?.focus();
          }}
        />
        <textarea
          ref={area}
          dir={text === "" ? undefined : "auto"}
          rows={1}
          aria-label={invitation}
          placeholder={invitation}
          aria-controls={names.length > 0 ? "mention-list" : undefined}
          aria-activedescendant={names.length > 0 ? `mention-${active}` : undefined}
          value={text}
          onInput={(event) => {
            setCaret(event.currentTarget.selectionStart);
            write(event.currentTarget.value);
            if (event.currentTarget.value.trim() !== "") room.typed();
          }}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = event.clipboardData?.files ?? [];
            if (pasted.length === 0) return;
            event.preventDefault();
            attach(pasted);
          }}
          onDrop={(event) => {
            const dropped = event.dataTransfer?.files ?? [];
            if (dropped.length === 0) return;
            event.preventDefault();
            attach(dropped);
          }}
        />
        <Button look="main" icon="send" label={t("room.send")} busy={sealing} disabled={text.trim() === "" && files.length === 0} onClick={() => void send()} />
      </div>
      {choosing && <FormChooser room={room} view={view} onClose={() => setChoosing(false)} />}
    </div>
  );
}

function fitting(members: readonly Member[], typed: string): readonly Member[] {
  const wanted = folded(typed);
  return members.filter((member) => folded(`${member.displayName} ${member.officerId}`).includes(wanted)).slice(0, MOST_NAMES);
}
