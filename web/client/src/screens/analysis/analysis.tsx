/** What a group has reported, seen together: as a table, in figures, by chain. From this device's own store, also offline. */

import { useEffect, useState } from "preact/hooks";

import { Records } from "../../app/records.ts";
import type { Room } from "../../app/room.ts";
import type { AnalysisView } from "../../app/route.ts";
import { useApp } from "../../app/state.ts";
import { t } from "../../i18n/index.ts";
import { Empty, Skeleton } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { RecordsTable } from "./table.tsx";

export function AnalysisPage({ view }: { readonly view: AnalysisView }) {
  const room = useApp().room.value;
  return room === null ? (
    <main class="page" id="content" tabIndex={-1}>
      <Skeleton lines={12} />
    </main>
  ) : (
    <Inside key={room.cugId} room={room} view={view} />
  );
}

function Inside({ room, view }: { readonly room: Room; readonly view: AnalysisView }) {
  const app = useApp();
  const [records] = useState(() => new Records(app.engine, room.cugId));
  useEffect(() => {
    const end = records.follow();
    void app.attempt(() => records.load());
    return end;
  }, [records]);
  const all = records.all.value;
  const title = room.view.value?.title ?? "";
  return (
    <main class="page analysis" id="content" tabIndex={-1}>
      <header class="page-head">
        <a class="btn bare icon-only" href={`#/group/${room.cugId}/records`} aria-label={t("ui.back")}>
          <Icon name="arrow-left" big />
        </a>
        <div class="title">
          <h1>{title === "" ? t("list.untitled") : <bdi>{title}</bdi>}</h1>
        </div>
        <Views cugId={room.cugId} view={view} />
      </header>
      {all === null || !room.isLoaded.value ? <Skeleton lines={12} /> : all.length === 0 ? <Empty title={t("room.records_empty_title")} text={t("room.records_empty")} /> : <RecordsTable room={room} records={all} />}
    </main>
  );
}

function Views({ cugId, view }: { readonly cugId: string; readonly view: AnalysisView }) {
  const views: readonly (readonly [AnalysisView, string])[] = [["table", t("analysis.table")]];
  return (
    <nav class="tabs" aria-label={t("room.analysis")}>
      {views.map(([name, label]) => (
        <a key={name} href={`#/group/${cugId}/${name}`} aria-current={name === view ? "page" : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}
