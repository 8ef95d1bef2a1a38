/** Designing a form for the group: its questions, rules and words, how officers will see it, and publishing. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useSaving } from "../../app/saving.ts";
import { useApp } from "../../app/state.ts";
import type { CugView } from "../../engine/api.ts";
import { type Design, readDesign, written } from "../../designer/design.ts";
import { gapsOf, textsOf } from "../../designer/gaps.ts";
import { problemsOf } from "../../designer/problems.ts";
import { trimmed } from "../../designer/trim.ts";
import { t } from "../../i18n/index.ts";
import { Button, Empty, Skeleton } from "../../ui/basics.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Outline } from "./outline.tsx";
import { Preview } from "./preview.tsx";
import { PublishDialog } from "./publish.tsx";
import { Rules } from "./rules.tsx";
import { Start } from "./start.tsx";
import { Translations } from "./translations.tsx";
import { said } from "./wording.ts";

/** One design at a time is kept for a group. */
const DRAFT = "design";
const TABS = ["questions", "rules", "words", "preview"] as const;
type Tab = (typeof TABS)[number];

export function DesignerPage() {
  const app = useApp();
  const room = app.room.value;
  const view = room?.view.value ?? null;
  const [design, setDesign] = useState<Design | null | undefined>(undefined);
  useEffect(() => {
    if (room === null) return;
    void app.attempt(async () => setDesign(readDesign((await app.engine.drafts(room.cugId)).find(({ key }) => key === DRAFT)?.text ?? "")));
  }, [room]);
  if (room === null || view === null || design === undefined) return <Page title={t("design.title")} crumb={null}>{<Skeleton lines={12} />}</Page>;
  const crumb = { cugId: room.cugId, title: view.title };
  if (view.role !== "organiser" || view.state !== "open") {
    return (
      <Page title={t("design.title")} crumb={crumb}>
        <Empty title={t("design.title")} text={t("form.none")} />
      </Page>
    );
  }
  if (design === null) {
    return (
      <Page title={t("design.title")} crumb={crumb}>
        <Start room={room} onStart={setDesign} />
      </Page>
    );
  }
  return <Designing room={room} view={view} begun={design} onEnd={() => setDesign(null)} />;
}

interface PageProps {
  readonly title: string;
  readonly crumb: { readonly cugId: string; readonly title: string } | null;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

function Page({ title, crumb, tools, children }: PageProps) {
  return (
    <main class="page" id="content" tabIndex={-1}>
      <header class="page-head">
        <div class="title">
          {crumb !== null && (
            <nav class="crumb">
              <a href={`#/group/${crumb.cugId}`}>
                <bdi>{crumb.title}</bdi>
              </a>
            </nav>
          )}
          <h1>{title}</h1>
        </div>
        {tools}
      </header>
      {children}
    </main>
  );
}

interface DesigningProps {
  readonly room: Room;
  readonly view: CugView;
  readonly begun: Design;
  readonly onEnd: () => void;
}

function Designing({ room, view, begun, onEnd }: DesigningProps) {
  const app = useApp();
  const [design, setDesign] = useState(begun);
  const [tab, setTab] = useState<Tab>("questions");
  const [kept, setKept] = useState(false);
  const [publishing, setPublishing] = useState(false);
  const [discarding, setDiscarding] = useState(false);
  const saving = useSaving();
  const made = useMemo(() => trimmed(design.document, design), [design]);
  const problems = useMemo(() => problemsOf(made.document), [made]);
  const missing = useMemo(() => Object.values(gapsOf(textsOf(made.document))).reduce((sum, one) => sum + one, 0), [made]);
  const change = (changed: Design): void => {
    setDesign(changed);
    setKept(false);
    saving.soon(() => void app.attempt(() => app.engine.saveDraft(room.cugId, DRAFT, written(changed), null)).then(setKept));
  };
  const end = async (): Promise<void> => {
    saving.drop();
    await app.attempt(() => app.engine.saveDraft(room.cugId, DRAFT, "", null));
    onEnd();
  };
  const published = async (): Promise<void> => {
    await end();
    app.go({ at: "room", cugId: room.cugId, tab: "conversation" });
  };
  useEffect(() => change(begun), []);
  const counts: Readonly<Partial<Record<Tab, number>>> = { questions: problems.filter(({ isRule }) => !isRule).length, rules: problems.filter(({ isRule }) => isRule).length, words: missing };
  const publishButton = (
    <Button look="main" icon="send" onClick={() => setPublishing(true)}>
      {t("form.publish")}
    </Button>
  );
  return (
    <Page
      title={said(design.document.labels)}
      crumb={{ cugId: room.cugId, title: view.title }}
      tools={
        <div class="row wrap push">
          {kept && <span class="small quiet">{t("form.kept")}</span>}
          <Button look="bare" icon="trash" label={t("design.discard")} onClick={() => setDiscarding(true)} />
          {publishButton}
        </div>
      }
    >
      <div class="designer">
        <div class="tabs" role="tablist" aria-label={t("design.title")}>
          {TABS.map((one) => (
            <TabButton key={one} tab={one} current={tab} count={counts[one] ?? 0} onChoose={setTab} />
          ))}
        </div>
        <div role="tabpanel" id="design-panel" aria-labelledby={`design-${tab}`} class="stack">
          {tab === "questions" && <Outline design={design} made={made} problems={problems} onChange={change} />}
          {tab === "rules" && <Rules design={design} made={made} problems={problems} onChange={change} />}
          {tab === "words" && <Translations design={design} made={made.document} onChange={change} />}
          {tab === "preview" && <Preview document={made.document} isWhole={problems.length === 0} />}
        </div>
      </div>
      {publishing && <PublishDialog room={room} design={design} made={made} problems={problems} onClose={() => setPublishing(false)} onPublished={() => void published()} />}
      {discarding && <Confirm title={t("design.discard")} text={t("design.discard_note")} action={t("ui.delete")} busy={false} onClose={() => setDiscarding(false)} onConfirm={() => void end()} />}
    </Page>
  );
}

/** Left and right move along the tabs, as the ARIA pattern asks. */
function TabButton({ tab, current, count, onChoose }: { readonly tab: Tab; readonly current: Tab; readonly count: number; readonly onChoose: (tab: Tab) => void }) {
  const onKeyDown = (event: KeyboardEvent): void => {
    const ahead = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = TABS[(TABS.indexOf(current) + (event.key === ahead ? 1 : TABS.length - 1)) % TABS.length]!;
    onChoose(next);
    document.getElementById(`design-${next}`)?.focus();
  };
  return (
    <button type="button" role="tab" id={`design-${tab}`} aria-selected={tab === current} aria-controls="design-panel" tabIndex={tab === current ? 0 : -1} onClick={() => onChoose(tab)} onKeyDown={onKeyDown}>
      {t(`design.tab_${tab}`)}
      {count > 0 && (
        <span class="count" title={t(tab === "words" ? "design.gaps" : "design.to_correct", { count })}>
          <span aria-hidden="true">{count}</span>
          <span class="vh">{t(tab === "words" ? "design.gaps" : "design.to_correct", { count })}</span>
        </span>
      )}
    </button>
  );
}
