/** A closed user group: its conversation or its records, and beside it who can read this. */

import { useCallback, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import type { RoomTab } from "../../app/route.ts";
import { useApp } from "../../app/state.ts";
import type { Item } from "../../engine/api.ts";
import { t } from "../../i18n/index.ts";
import { Button, Empty, Note, Skeleton } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nowText } from "../form/answers.ts";
import { LineState } from "../line-state.tsx";
import { SafetyPanel } from "../safety/panel.tsx";
import { type Answering, Composer } from "./composer.tsx";
import { Log } from "./log.tsx";
import { Attending } from "./typing.tsx";

const ANCHOR_NEWEST = -1;

export function RoomScreen({ tab }: { readonly tab: RoomTab }) {
  const app = useApp();
  const room = app.room.value;
  if (room === null) {
    return (
      <main class="room" id="content" tabIndex={-1}>
        <Empty title={t("list.pick_title")} text={t("list.pick")} centred>
          {app.status.value?.account?.certified === true && (
            <a class="btn" href="#/new">
              <Icon name="plus" />
              {t("list.new")}
            </a>
          )}
        </Empty>
      </main>
    );
  }
  return <Inside room={room} tab={tab} />;
}

function Inside({ room, tab }: { readonly room: Room; readonly tab: RoomTab }) {
  const app = useApp();
  const [jumping, setJumping] = useState(false);
  const [goal, setGoal] = useState<number | null>(null);
  const [replyTo, setReplyTo] = useState<Answering | null>(null);
  // The same functions at every drawing, or each entry of the log would be drawn again with whatever changes here.
  const reply = useCallback((item: Item, text = "") => setReplyTo({ item, text }), []);
  const arrived = useCallback(() => setGoal(ANCHOR_NEWEST), []);
  const view = room.view.value;
  const panelOpen = tab === "safety";
  const jump = async (atMs: number): Promise<void> => {
    setJumping(false);
    await app.attempt(async () => setGoal(await room.jumpTo(atMs)));
  };
  return (
    <>
      <main class="room" id="content" tabIndex={-1}>
        <header class="room-head">
          <div class="room-title">
            <a class="btn bare icon-only phone-only" href="#/" aria-label={t("room.back")}>
              <Icon name="arrow-left" big />
            </a>
            <h1>{view === null ? t("app.starting") : view.title === "" ? t("list.untitled") : <bdi>{view.title}</bdi>}</h1>
            <LineState />
            <Button look="bare" icon="calendar" label={t("room.jump")} onClick={() => setJumping(true)} />
            <a class={`btn bare icon-only panel-opener`} href={`#/group/${room.cugId}/safety`} aria-label={t("room.members")} title={t("room.members")}>
              <Icon name={room.alarms.value.length > 0 || view?.state === "broken" ? "shield-alert" : "shield-check"} big />
            </a>
          </div>
          <nav class="tabs" aria-label={view?.title ?? ""}>
            <a href={`#/group/${room.cugId}`} aria-current={tab !== "records" ? "page" : undefined}>
              {t("room.conversation")}
            </a>
            <a href={`#/group/${room.cugId}/records`} aria-current={tab === "records" ? "page" : undefined}>
              {t("room.records")}
            </a>
            <a href={`#/group/${room.cugId}/table`}>{t("room.analysis")}</a>
          </nav>
        </header>
        {room.isLoaded.value ? <Log key={`${tab} ${room.cugId}`} room={room} recordsOnly={tab === "records"} goal={goal} onReply={reply} onGoal={arrived} /> : <Skeleton lines={9} />}
        <Foot room={room} replyTo={replyTo} onAnswered={() => setReplyTo(null)} />
      </main>
      <SafetyPanel room={room} open={panelOpen} />
      <Attending room={room} />
      {jumping && <JumpDialog onClose={() => setJumping(false)} onJump={(atMs) => void jump(atMs)} />}
    </>
  );
}

/** Where one writes, or why one cannot. */
function Foot({ room, replyTo, onAnswered }: { readonly room: Room; readonly replyTo: Answering | null; readonly onAnswered: () => void }) {
  const view = room.view.value;
  if (view === null) return <span />;
  if (view.state !== "open") {
    return (
      <div class="composer">
        <Note tone={view.state === "broken" ? "invalid" : "plain"} icon={view.state === "broken" ? "shield-alert" : "info"}>
          {t(`room.closed_to_you_${view.state}`)}
        </Note>
      </div>
    );
  }
  if (view.role === "observer" || view.role === "auditor") {
    return (
      <div class="composer">
        <Note icon="eye">{t("room.observer")}</Note>
      </div>
    );
  }
  return <Composer room={room} view={view} replyTo={replyTo} onAnswered={onAnswered} />;
}

function JumpDialog({ onClose, onJump }: { readonly onClose: () => void; readonly onJump: (atMs: number) => void }) {
  const [day, setDay] = useState(() => nowText(new Date()).slice(0, 10));
  return (
    <Dialog
      title={t("room.jump")}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button look="main" disabled={day === ""} onClick={() => onJump(new Date(`${day}T00:00`).getTime())}>
            {t("ui.open")}
          </Button>
        </>
      }
    >
      <Field label={t("room.date")}>{(control) => <input {...control} class="in big" type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} />}</Field>
    </Dialog>
  );
}
