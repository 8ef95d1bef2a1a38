/** Filling in a form: sections with their state, questions, and beside them what would go to CEN and what stays. */

import { useEffect, useMemo, useState } from "preact/hooks";

import type { FormItem } from "../../app/newest.ts";
import type { Room } from "../../app/room.ts";
import { useSaving } from "../../app/saving.ts";
import { useApp } from "../../app/state.ts";
import { type Answers, EngineError, type Finding } from "../../engine/api.ts";
import type { Plan } from "../../engine/rules/plan.ts";
import { errorText, language, t } from "../../i18n/index.ts";
import { choose, type FormTemplate } from "../../templates_forms/model.ts";
import { isReleasable } from "../../templates_forms/release.ts";
import { Button, Empty, Note, Skeleton } from "../../ui/basics.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { useRecords } from "../records.ts";
import { Begin } from "./begin.tsx";
import { type Start, startOf } from "./begun.ts";
import { Contents, focusOn, Summary } from "./contents.tsx";
import { filledIn, firstAnswers, planFor, withNewRow, wordsOf } from "./filled.ts";
import { Leaves } from "./leaves.tsx";
import { Section } from "./sections.tsx";

export function FormPage({ templateHash, replaces, from = "" }: { readonly templateHash: string; readonly replaces: string; readonly from?: string | undefined }) {
  const app = useApp();
  const room = app.room.value;
  const view = room?.view.value ?? null;
  const [begun, setBegun] = useState<Answers | null>(null);
  const draftKey = replaces !== "" ? replaces : from === "" ? templateHash : `${templateHash} ${from}`;
  const records = useRecords(room);
  const template = room?.templates.value.get(templateHash);
  const plan = useMemo(() => (template === undefined ? null : planFor(template)), [template]);
  useEffect(() => {
    if (room === null || view === null || template === undefined || plan === null || begun !== null) return;
    // What a form begins from may stand anywhere in the log.
    if (replaces + from !== "" && records === null) return;
    const country = (app.status.value?.account?.account ?? "").split("/")[0] ?? "";
    void app.engine.drafts(room.cugId).then((drafts) => {
      const kept = drafts.find((draft) => draft.key === draftKey)?.answers ?? null;
      setBegun(kept ?? amended(records ?? [], template, plan, replaces, country) ?? { ...firstAnswers(template, plan, { account: app.status.value?.account?.account ?? "", operationCode: view.operationCode, now: new Date() }), ...taken(records ?? [], template, plan, from, country) });
    });
  }, [room, view, template, records]);
  if (room === null || view === null) return <Page>{<Skeleton lines={12} />}</Page>;
  if (template === undefined || plan === null) {
    return (
      <Page>
        <Empty title={t("form.none_title")} text={t("card.no_template")} />
      </Page>
    );
  }
  if (begun === null) return <Page>{<Skeleton lines={12} />}</Page>;
  return <Filling room={room} records={records ?? []} template={template} plan={plan} begun={begun} draftKey={draftKey} replaces={replaces} isBegun={from !== ""} title={view.title} />;
}

interface PageProps {
  readonly children: preact.ComponentChildren;
  readonly onSubmit?: () => void;
}

/** Ctrl and Enter send from every field. */
function Page({ children, onSubmit }: PageProps) {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (onSubmit === undefined || event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <main class="page" id="content" tabIndex={-1} onKeyDown={onKeyDown}>
      {children}
    </main>
  );
}

/** The answers of the record that is amended, as far as this form has them; null where there is none. */
function amended(records: readonly FormItem[], template: FormTemplate, plan: Plan, replaces: string, country: string): Answers | null {
  const item = replaces === "" ? undefined : records.find((one) => one.clientRef === replaces);
  if (item === undefined) return null;
  return item.content.templateId === template.id ? item.content.answers : (startOf(item, records, template, plan, country)?.answers ?? null);
}

/** What is taken over from the record that the form begins from; nothing where it does not begin so. */
function taken(records: readonly FormItem[], template: FormTemplate, plan: Plan, from: string, country: string): Answers {
  const item = records.find((one) => one.clientRef === from);
  const start = item === undefined ? null : startOf(item, records, template, plan, country);
  return start === null || start.replaces ? {} : start.answers;
}

interface FillingProps {
  readonly room: Room;
  readonly records: readonly FormItem[];
  readonly template: FormTemplate;
  readonly plan: Plan;
  readonly begun: Answers;
  /** It began from a record that was chosen before. */
  readonly isBegun: boolean;
  readonly draftKey: string;
  readonly replaces: string;
  readonly title: string;
}

function Filling({ room, records, template, plan, begun, draftKey, replaces, title, ...rest }: FillingProps) {
  const app = useApp();
  const [answers, setAnswers] = useState(begun);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<readonly Finding[]>([]);
  const [busy, setBusy] = useState(false);
  const [kept, setKept] = useState(false);
  const [discarding, setDiscarding] = useState(false);
  const [isBegun, setIsBegun] = useState(rest.isBegun);
  const saving = useSaving();
  const filled = useMemo(() => filledIn(plan, answers, Date.now(), wordsOf(template)), [plan, answers, language.value]);
  const findings = [...filled.findings, ...refused.filter((one) => !filled.findings.some((other) => other.rule === one.rule && other.path === one.path))];
  const errors = findings.filter((finding) => finding.level === "error");
  useEffect(() => {
    // With a keyboard one types at once; on a phone the keys would hide the form.
    const open = [...filled.required].find((path) => filled.findings.some((finding) => finding.path === path));
    if (open !== undefined && matchMedia("(pointer: fine)").matches) focusOn(open);
  }, []);

  const change = (changed: Answers): void => {
    setAnswers(changed);
    setRefused([]);
    setKept(false);
    saving.soon(() => void app.attempt(() => app.engine.saveDraft(room.cugId, draftKey, "", changed)).then(setKept));
  };
  const begin = (start: Start): void => {
    if (start.replaces) return app.go({ at: "form", cugId: room.cugId, templateHash: template.hash, replaces: start.ref });
    setIsBegun(true);
    change({ ...answers, ...start.answers });
  };
  const leaveTo = (): void => app.go({ at: "room", cugId: room.cugId, tab: "conversation" });
  const forget = async (): Promise<void> => {
    saving.drop();
    await app.attempt(() => app.engine.saveDraft(room.cugId, draftKey, "", null));
  };
  const submit = async (): Promise<void> => {
    setTried(true);
    if (errors.length > 0) return focusOn(errors[0]!.path);
    setBusy(true);
    try {
      const wanted = { templateHash: template.hash, answers: filled.answers };
      await app.engine.submit(room.cugId, replaces === "" ? wanted : { ...wanted, replaces, ...recordOf(records, replaces) });
      await forget();
      app.say("stored", t("form.submitted"));
      leaveTo();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      setRefused(error.findings);
      if (error.findings.length === 0) app.say("failed", errorText(error));
    } finally {
      setBusy(false);
    }
  };
  const isShown = (finding: Finding): boolean => tried || left.has(finding.path) || (finding.rule !== "required" && finding.level !== "error");
  const shown = findings.filter((finding) => isShown(finding) && !(finding.rule === "required" && !tried));
  const submitButton = (
    <Button look="main" icon="send" busy={busy} onClick={() => void submit()}>
      {t("form.submit")}
    </Button>
  );
  return (
    <Page onSubmit={() => !busy && void submit()}>
      <header class="page-head">
        <div class="title">
          <nav class="crumb">
            <a href={`#/group/${room.cugId}`}>
              <bdi>{title}</bdi>
            </a>
          </nav>
          <h1>{choose(template.labels, language.value)}</h1>
        </div>
        <div class="row wrap push">
          {kept && <span class="small quiet desk-only">{t("form.kept")}</span>}
          <Button look="bare" icon="trash" label={t("form.discard")} onClick={() => setDiscarding(true)} />
          <span class="desk-only">{submitButton}</span>
        </div>
      </header>
      <div class={isReleasable(template) ? "form-page" : "form-page alone"}>
        <Contents template={template} filled={filled} findings={tried ? findings : shown} />
        <div class="form-main">
          {replaces === "" && !isBegun && <Begin room={room} records={records} template={template} plan={plan} onBegin={begin} />}
          {replaces !== "" && <Note icon="history">{t("form.amending")}</Note>}
          {tried && errors.length > 0 && <Summary template={template} errors={errors} />}
          {template.groups.map((group) => (
            <Section
              key={group.key}
              template={template}
              group={group}
              answers={answers}
              filled={filled}
              shown={shown}
              onChange={change}
              onAddRow={(repeat, place) => change(withNewRow(plan, answers, repeat, Date.now(), place))}
              onLeave={(path) => setLeft((before) => new Set(before).add(path))}
            />
          ))}
        </div>
        {isReleasable(template) && <Leaves template={template} answers={filled.answers} />}
      </div>
      <div class="bottom-bar">
        {kept && <span class="small quiet">{t("form.kept")}</span>}
        <span class="push">{submitButton}</span>
      </div>
      {discarding && (
        <Confirm title={t("form.discard")} text={t("form.discard_note")} action={t("ui.delete")} busy={false} onClose={() => setDiscarding(false)} onConfirm={() => void forget().then(leaveTo)} />
      )}
    </Page>
  );
}

function recordOf(records: readonly FormItem[], replaces: string): { readonly recordId?: string } {
  const item = records.find((one) => one.clientRef === replaces);
  return item === undefined ? {} : { recordId: item.content.recordId };
}
