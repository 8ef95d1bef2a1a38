/** What cannot be undone: removing a member, leaving, closing, setting the group up anew. */

import { useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { writeRoute } from "../../app/route.ts";
import { useApp } from "../../app/state.ts";
import type { CugView, Member } from "../../engine/api.ts";
import { t, type MessageKey } from "../../i18n/index.ts";
import { Button } from "../../ui/basics.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nameOf } from "../people.ts";

type Action = "leave" | "close" | "successor";

const WORDS: Readonly<Record<Action, readonly [title: MessageKey, note: MessageKey]>> = {
  leave: ["org.leave", "org.leave_note"],
  close: ["org.close", "org.close_note"],
  successor: ["org.successor", "org.successor_note"],
};

export function Management({ room, view }: { readonly room: Room; readonly view: CugView }) {
  const app = useApp();
  const [asking, setAsking] = useState<Action | null>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const organises = view.role === "organiser";
  const actions: Action[] = [];
  if (view.state === "open") actions.push("leave", ...(organises ? (["close"] as const) : []));
  if (view.state === "broken" && organises) actions.push("successor");
  const mayExtract = view.mayExtract && view.state === "open";
  if (actions.length === 0 && !mayExtract) return null;
  const act = async (action: Action): Promise<void> => {
    setBusy(true);
    const { engine } = app;
    const done = await app.attempt(() => {
      if (action === "leave") return engine.leave(room.cugId, reason);
      return action === "close" ? engine.close(room.cugId) : engine.startSuccessor(room.cugId);
    });
    setBusy(false);
    if (done) setAsking(null);
  };
  return (
    <section>
      <h2>{t("org.title")}</h2>
      <div class="row wrap">
        {mayExtract && (
          <a class="btn" href={writeRoute({ at: "extract", cugId: room.cugId })}>
            <Icon name="download" />
            {t("extract.open")}
          </a>
        )}
        {actions.map((action) => (
          <Button key={action} look="danger" onClick={() => setAsking(action)}>
            {t(WORDS[action][0])}
          </Button>
        ))}
      </div>
      {asking !== null && (
        <Confirm title={t(WORDS[asking][0])} text={t(WORDS[asking][1])} action={t(WORDS[asking][0])} busy={busy} onClose={() => setAsking(null)} onConfirm={() => void act(asking)}>
          {asking === "leave" && (
            <Field label={t("org.reason")} optionalMark>
              {(control) => <input {...control} class="in big" dir={reason === "" ? undefined : "auto"} maxLength={200} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />}
            </Field>
          )}
        </Confirm>
      )}
    </section>
  );
}

export function RemoveDialog({ room, member, onClose }: { readonly room: Room; readonly member: Member; readonly onClose: () => void }) {
  const app = useApp();
  const [busy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    const done = await app.attempt(() => app.engine.remove(room.cugId, member.officerId), t("org.removed"));
    setBusy(false);
    if (done) onClose();
  };
  return <Confirm title={t("org.remove")} text={t("org.remove_note", { name: nameOf(room.people.value, member.officerId) })} action={t("org.remove")} busy={busy} onClose={onClose} onConfirm={() => void remove()} />;
}
