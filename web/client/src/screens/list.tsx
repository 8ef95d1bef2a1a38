/** The list of closed user groups: running ones first, by their newest entry. */

import { useState } from "preact/hooks";

import { FIND_ID } from "../app/shortcuts.ts";
import { useApp } from "../app/state.ts";
import type { CugSummary } from "../engine/api.ts";
import { folded, when } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Button, Count, Empty, Skeleton, State } from "../ui/basics.tsx";
import { Icon } from "../ui/icon.tsx";
import { LineState } from "./line-state.tsx";
import { administrationOf } from "./people.ts";

const OVER: ReadonlySet<CugSummary["state"]> = new Set(["closed", "removed"]);

/** Those that fit what was typed, newest first, running and over apart. Pure. */
export function sorted(cugs: Iterable<CugSummary>, typed: string): { readonly running: readonly CugSummary[]; readonly over: readonly CugSummary[] } {
  const wanted = folded(typed.trim());
  const fitting = [...cugs]
    .filter((cug) => folded(`${cug.title} ${cug.operationCode}`).includes(wanted))
    .sort((one, other) => other.atMs - one.atMs || (one.id < other.id ? -1 : 1));
  return { running: fitting.filter((cug) => !OVER.has(cug.state)), over: fitting.filter((cug) => OVER.has(cug.state)) };
}

/** Whether the code says more than the title does: `TIDEMARK26` beside “TIDEMARK 26” does not. Pure. */
export function addsToTitle(code: string, title: string): boolean {
  const bare = (text: string): string => folded(text).replace(/[^\p{L}\p{N}]/gu, "");
  return code !== "" && !bare(title).includes(bare(code));
}

export function GroupList() {
  const app = useApp();
  const [typed, setTyped] = useState("");
  const cugs = app.cugs.value;
  const { running, over } = sorted(cugs?.values() ?? [], typed);
  const certified = app.status.value?.account?.certified === true;
  return (
    <aside class="groups" aria-label={t("list.title")}>
      <div class="groups-head">
        <h1>{t("list.title")}</h1>
        {certified && <Button look="bare" icon="plus" label={t("list.new")} onClick={() => app.go({ at: "new" })} />}
      </div>
      <div class="find">
        <Icon name="search" />
        <input id={FIND_ID} class="in" type="search" aria-label={t("list.find")} placeholder={t("list.find")} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        <kbd class="desk-only" aria-hidden="true">
          /
        </kbd>
      </div>
      <LineState inList />
      {cugs === null && <Skeleton />}
      {cugs?.size === 0 && <Nothing />}
      {cugs !== null && cugs.size > 0 && running.length + over.length === 0 && <p class="sub">{t("ui.no_match")}</p>}
      <Section title={t("list.running")} cugs={running} />
      <Section title={t("list.over")} cugs={over} />
      <nav class="bottom-nav" aria-label={t("app.main")}>
        <a href="#/" aria-current="page">
          <Icon name="message-square-text" big />
          {t("list.title")}
        </a>
        <a href="#/settings">
          <Icon name="settings" big />
          {t("ui.settings")}
        </a>
      </nav>
    </aside>
  );
}

/** Why there is no group yet, and what happens next. */
function Nothing() {
  const account = useApp().status.value?.account ?? null;
  if (account === null || account.certified) return <Empty title={t("list.empty_title")} text={t("list.empty")} />;
  if (account.kind !== "officer") return <Empty title={t("waiting.office_title")} text={t("waiting.office")} />;
  return <Empty title={t("waiting.title")} text={t("waiting.text", { administration: administrationOf(account.account) })} />;
}

function Section({ title, cugs }: { readonly title: string; readonly cugs: readonly CugSummary[] }) {
  if (cugs.length === 0) return null;
  return (
    <section>
      <h2 class="sub">{title}</h2>
      <ul>
        {cugs.map((cug) => (
          <li key={cug.id}>
            <Line cug={cug} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ cug }: { readonly cug: CugSummary }) {
  const app = useApp();
  const route = app.route.value;
  const current = route.at === "room" && route.cugId === cug.id;
  return (
    <a class={`group ${cug.unread > 0 ? "unread" : ""}`} href={`#/group/${cug.id}`} aria-current={current ? "true" : undefined}>
      <span class="name">{cug.title === "" ? <span class="faint">{t("list.untitled")}</span> : <bdi>{cug.title}</bdi>}</span>
      <span class="when">{when(cug.atMs, Date.now())}</span>
      <span class="last">
        <Situation cug={cug} />
      </span>
      <span class="marks">
        {cug.mentioned && (
          <span class="state accent">
            <Icon name="at-sign" />
            <span class="vh">{t("list.mentioned")}</span>
          </span>
        )}
        {cug.unread > 0 && (
          <Count fresh label={t("list.unread", { count: cug.unread })}>
            {cug.unread}
          </Count>
        )}
      </span>
    </a>
  );
}

/** The one thing to know of a group, the worst first. */
function Situation({ cug }: { readonly cug: CugSummary }) {
  if (cug.state === "broken") return <State tone="invalid">{t("list.state_broken")}</State>;
  if (cug.alarms > 0) return <State tone="warning">{t("list.alarms", { count: cug.alarms })}</State>;
  if (cug.waiting > 0) return <State tone="pending">{t("list.waiting", { count: cug.waiting })}</State>;
  if (cug.state === "joining") return <State tone="pending">{t("list.state_joining")}</State>;
  if (cug.state === "removed") return <State tone="pending" icon="ban">{t("list.state_removed")}</State>;
  if (cug.state === "closed") return <State tone="pending" icon="archive">{t("list.state_closed")}</State>;
  return (
    <>
      {addsToTitle(cug.operationCode, cug.title) && (
        <bdi class="code" dir="ltr">
          {cug.operationCode}
        </bdi>
      )}
      {cug.role !== null && <span>{t(`role.${cug.role}`)}</span>}
    </>
  );
}
