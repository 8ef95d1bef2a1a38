/** Who can read this, what the server sees, and whether all members see the same: in that order. */

import { useComputed } from "@preact/signals";
import { memo } from "preact/compat";
import { useCallback, useEffect, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import type { CugView, Member, ReaderView, Safety } from "../../engine/api.ts";
import { countryName, date, list } from "../../i18n/format.ts";
import { alarmText, t } from "../../i18n/index.ts";
import { Button, Note, Plate, Skeleton } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { nameOf } from "../people.ts";
import { AdmitDialog } from "./admit.tsx";
import { Management, RemoveDialog } from "./management.tsx";

const GROUP = 5;
const SHOWN_SIGNS = 40;

export function SafetyPanel({ room, open }: { readonly room: Room; readonly open: boolean }) {
  const app = useApp();
  const view = room.view.value;
  const safety = room.safety.value;
  useEffect(() => {
    if (view !== null) void app.attempt(() => room.loadSafety());
  }, [room, view?.epoch, view?.state]);
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && document.querySelector("dialog[open]") === null) app.go({ at: "room", cugId: room.cugId, tab: "conversation" });
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [open, room]);
  return (
    <aside class={`panel ${open ? "open" : ""}`} aria-label={t("room.members")}>
      <div class="panel-head">
        <h2>{t("room.members")}</h2>
        <a class="btn bare icon-only" href={`#/group/${room.cugId}`} aria-label={t("ui.close")}>
          <Icon name="x" big />
        </a>
      </div>
      {view === null || safety === null ? <Skeleton lines={9} /> : <Inside room={room} view={view} safety={safety} />}
    </aside>
  );
}

function Inside({ room, view, safety }: { readonly room: Room; readonly view: CugView; readonly safety: Safety }) {
  const alarms = room.alarms.value;
  return (
    <>
      <section>
        <h2>
          <Icon name="shield-check" /> {t("safety.who_title")}
        </h2>
        <p>
          <b>{t("safety.who", { count: view.members.length })}</b> {t("safety.who_note")}
        </p>
        {!safety.confirmed && (
          <Note tone="warning" icon="triangle-alert">
            {t("safety.unconfirmed")}
          </Note>
        )}
      </section>
      {alarms.length > 0 && (
        <section>
          <h2>{t("safety.alarms")}</h2>
          {alarms.map((alarm, at) => (
            <Note tone="warning" icon="shield-alert" key={at}>
              {alarmText(alarm.kind, { seq: alarm.seq, ...alarm.facts })} <span class="faint">{date(alarm.atMs)}</span>
            </Note>
          ))}
        </section>
      )}
      <section>
        <h2>{t("safety.server_title")}</h2>
        <ul class="sees">
          <li>
            <Icon name="eye" />
            <span>{t("safety.server_sees")}</span>
          </li>
          <li>
            <Icon name="eye-off" />
            <span>{t("safety.server_not")}</span>
          </li>
        </ul>
      </section>
      {safety.epochAuthenticator !== "" && (
        <section>
          <h2>{t("safety.number_title")}</h2>
          <SafetyNumber authenticator={safety.epochAuthenticator} />
          <p class="small quiet">{t("safety.number_note")}</p>
          <p class="small faint">{t("safety.place", { epoch: safety.epoch, seq: safety.lastSeq })}</p>
        </section>
      )}
      <Members room={room} view={view} safety={safety} />
      <Management room={room} view={view} />
    </>
  );
}

/** The authenticator in groups of five, to be read aloud. */
function SafetyNumber({ authenticator }: { readonly authenticator: string }) {
  const shown = authenticator.slice(0, SHOWN_SIGNS);
  const groups = Array.from({ length: Math.ceil(shown.length / GROUP) }, (_, at) => shown.slice(at * GROUP, (at + 1) * GROUP));
  return (
    <p class="number" translate={false}>
      {groups.map((group, at) => (
        <span key={at}>{group}</span>
      ))}
    </p>
  );
}

function Members({ room, view, safety }: { readonly room: Room; readonly view: CugView; readonly safety: Safety }) {
  const [admitting, setAdmitting] = useState(false);
  const [removing, setRemoving] = useState<Member | null>(null);
  const organises = view.role === "organiser" && view.state === "open";
  const remove = useCallback((member: Member) => setRemoving(member), []);
  return (
    <section>
      <h2>
        {t("safety.members")} <span class="count">{view.members.length}</span>
        {organises && (
          <Button class="push" icon="user-plus" onClick={() => setAdmitting(true)}>
            {t("org.admit")}
          </Button>
        )}
      </h2>
      <MemberList room={room} members={view.members} onRemove={organises ? remove : null} />
      <p class="small faint">{t("presence.note")}</p>
      {admitting && <AdmitDialog room={room} view={view} onClose={() => setAdmitting(false)} />}
      {removing !== null && <RemoveDialog room={room} member={removing} onClose={() => setRemoving(null)} />}
      {safety.archiveHolders.length > 0 && (
        <p class="small faint">
          {t("safety.archive", { names: list(safety.archiveHolders.map((officer) => nameOf(room.people.value, officer))) })}
        </p>
      )}
    </section>
  );
}

interface MemberListProps {
  readonly room: Room;
  readonly members: readonly Member[];
  readonly onRemove: ((member: Member) => void) | null;
}

/** There may be hundreds, and entries come many times a second: drawn again only when one of them is another. */
const MemberList = memo(function MemberList({ room, members, onRemove }: MemberListProps) {
  return (
    <ul class="members">
      {members.map((member) => (
        <li key={member.officerId}>
          <MemberLine room={room} member={member} onRemove={onRemove} />
        </li>
      ))}
    </ul>
  );
});

interface MemberLineProps {
  readonly room: Room;
  readonly member: Member;
  readonly onRemove: ((member: Member) => void) | null;
}

function MemberLine({ room, member, onRemove }: MemberLineProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Plate administration={member.administration} absent={member.devices.length === 0} />
        <span>
          <bdi>{member.displayName === "" ? member.officerId : member.displayName}</bdi>
          <small>
            {t(`role.${member.role}`)}
            <OnLine room={room} member={member} />
          </small>
        </span>
        <Icon name="chevron-right" />
      </summary>
      {open && <MemberDetails room={room} member={member} onRemove={onRemove} />}
    </details>
  );
}

/** Of its own, so that whoever comes or goes has one line drawn again and not hundreds. */
function OnLine({ room, member }: { readonly room: Room; readonly member: Member }) {
  const isOnLine = useComputed(() => room.onLine.value.has(member.officerId));
  return isOnLine.value ? <span class="on-line">{t("presence.on_line")}</span> : null;
}

function MemberDetails({ room, member, onRemove }: MemberLineProps) {
  const readers = room.safety.value?.readers.filter((reader) => reader.officerId === member.officerId) ?? [];
  return (
    <div class="chain">
      <span class="faint">{t("safety.devices", { count: member.devices.length })}</span>
      {readers.map((reader) => (
        <Chain key={reader.deviceId} reader={reader} />
      ))}
      {onRemove !== null && (
        <div class="row">
          <Button look="danger" icon="user-minus" onClick={() => onRemove(member)}>
            {t("org.remove")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The certificates that say whose device it is, from the contact point down. */
function Chain({ reader }: { readonly reader: ReaderView }) {
  return (
    <div>
      <p class="strong">{t("safety.chain", { device: reader.deviceId })}</p>
      <ol>
        {reader.chain.map((certificate) => (
          <li key={certificate.serial}>
            <span class="faint">{t(`safety.cert_${certificate.kind}`)}</span> <bdi class="strong">{certificate.displayName === "" ? countryName(certificate.subject) : certificate.displayName}</bdi>
            <br />
            {t("safety.until", { date: date(certificate.notAfterMs) })}
            <br />
            <bdi class="code" dir="ltr" translate={false}>
              {certificate.publicKey.slice(0, 16)}
            </bdi>
          </li>
        ))}
      </ol>
    </div>
  );
}
