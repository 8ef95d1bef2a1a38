/** What a group has reported, seen together: as a table, in figures, by chain. From this device's own store, also offline. */

import { useMemo, useState } from "preact/hooks";

import type { FormItem } from "../../app/newest.ts";
import type { Room } from "../../app/room.ts";
import type { AnalysisView } from "../../app/route.ts";
import { useApp } from "../../app/state.ts";
import { language, t } from "../../i18n/index.ts";
import { Empty, Skeleton } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useRecords } from "../records.ts";
import { RecordCard } from "../room/card.tsx";
import { Chains } from "./chains.tsx";
import { type Column, columnsOf, titleOf } from "./columns.ts";
import { Figures } from "./figures.tsx";
import { EVERYTHING, type Wanted } from "./rows.ts";
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
  const [wanted, setWanted] = useState(EVERYTHING);
  const all = useRecords(room);
  const [opened, setOpened] = useState<FormItem | null>(null);
  const title = room.view.value?.title ?? "";
  const [templates, people, spoken] = [room.templates.value, room.people.value, language.value];
  const columns = useMemo(() => columnsOf(templates, people), [templates, people, spoken]);
  return (
    <main class={`page analysis ${view}`} id="content" tabIndex={-1}>
      <header class="page-head">
        <a class="btn bare icon-only" href={`#/group/${room.cugId}/records`} aria-label={t("ui.back")}>
          <Icon name="arrow-left" big />
        </a>
        <div class="title">
          <h1>{title === "" ? t("list.untitled") : <bdi>{title}</bdi>}</h1>
        </div>
        <Views cugId={room.cugId} view={view} />
      </header>
      <View room={room} view={view} all={room.isLoaded.value ? all : null} columns={columns} wanted={wanted} onWanted={setWanted} onOpen={setOpened} />
      {opened !== null && (
        <Dialog title={titleOf(room.templates.value, opened.content.templateHash)} onClose={() => setOpened(null)}>
          <RecordCard content={opened.content} room={room} findings={opened.findings} atMs={opened.atMs} amends={opened.own ? opened.clientRef : ""} read={false} />
        </Dialog>
      )}
    </main>
  );
}

interface ViewProps {
  readonly room: Room;
  readonly view: AnalysisView;
  readonly all: readonly FormItem[] | null;
  readonly columns: readonly Column[];
  readonly wanted: Wanted;
  readonly onWanted: (wanted: Wanted) => void;
  readonly onOpen: (record: FormItem) => void;
}

function View({ view, all, ...rest }: ViewProps) {
  if (all === null) return <Skeleton lines={12} />;
  if (all.length === 0) return <Empty title={t("room.records_empty_title")} text={t("room.records_empty")} />;
  switch (view) {
    case "table":
      return <RecordsTable records={all} {...rest} />;
    case "figures":
      return <Figures records={all} {...rest} />;
    case "chains":
      return <Chains room={rest.room} records={all} onOpen={rest.onOpen} />;
  }
}

function Views({ cugId, view }: { readonly cugId: string; readonly view: AnalysisView }) {
  return (
    <nav class="tabs" aria-label={t("room.analysis")}>
      {(["table", "figures", "chains"] as const satisfies readonly AnalysisView[]).map((name) => (
        <a key={name} href={`#/group/${cugId}/${name}`} aria-current={name === view ? "page" : undefined}>
          {t(`analysis.${name}`)}
        </a>
      ))}
    </nav>
  );
}
