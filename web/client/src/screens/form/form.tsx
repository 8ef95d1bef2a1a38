/** Filling in a form: sections with their state, questions, and beside them what would go to CEN and what stays. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import { type Answers, EngineError, type Finding } from "../../engine/api.ts";
import { errorText, language, t } from "../../i18n/index.ts";
import { Button, Empty, Note, Skeleton, State } from "../../ui/basics.tsx";
import { Confirm } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { pathOf, TOP, toSubmit, withAnswer, withoutRow, withRow } from "./answers.ts";
import { Question } from "./control.tsx";
import { judge, type Judgement, rowsOf, withDefaults } from "./judging.ts";
import { Leaves } from "./leaves.tsx";
import { choose, type FormField, type FormGroup, type FormTemplate } from "../../templates_forms/model.ts";
import { findingWords, placedFinding } from "./wording.ts";

const SAVE_AFTER_MS = 600;

export function FormPage({ templateHash, replaces }: { readonly templateHash: string; readonly replaces: string }) {
  const app = useApp();
  const room = app.room.value;
  const view = room?.view.value ?? null;
  const [begun, setBegun] = useState<Answers | null>(null);
  const draftKey = replaces === "" ? templateHash : replaces;
  const template = room?.templates.value.get(templateHash);
  useEffect(() => {
    if (room === null || view === null || template === undefined || begun !== null) return;
    void app.engine.drafts(room.cugId).then((drafts) => {
      const kept = drafts.find((draft) => draft.key === draftKey)?.answers ?? null;
      setBegun(kept ?? amended(room, replaces) ?? firstAnswers(template, app.status.value?.account?.account ?? "", view.operationCode));
    });
  }, [room, view, template]);
  if (room === null || view === null) return <Page>{<Skeleton lines={12} />}</Page>;
  if (template === undefined) {
    return (
      <Page>
        <Empty title={t("form.none_title")} text={t("card.no_template")} />
      </Page>
    );
  }
  if (begun === null) return <Page>{<Skeleton lines={12} />}</Page>;
  return <Filling room={room} template={template} begun={begun} draftKey={draftKey} replaces={replaces} title={view.title} />;
}

function Page({ children }: { readonly children: preact.ComponentChildren }) {
  return (
    <main class="page" id="content" tabIndex={-1}>
      {children}
    </main>
  );
}

/** The answers of the record that is amended; null where there is none. */
function amended(room: Room, replaces: string): Answers | null {
  const item = replaces === "" ? undefined : room.items.value?.find((one) => one.clientRef === replaces);
  return item?.content?.kind === "form" ? item.content.answers : null;
}

/** What is known without asking: the writer's country, the operation, the form's own defaults, one empty line. */
function firstAnswers(template: FormTemplate, account: string, operationCode: string): Answers {
  const known: Record<string, string> = {};
  const country = account.split("/")[0]!;
  if (template.fields.has("reporting_country") && /^[A-Z]{2}$/u.test(country)) known["reporting_country"] = country;
  if (template.fields.has("operation_code") && operationCode !== "") known["operation_code"] = operationCode;
  const begun = withDefaults(template, known, Date.now());
  return template.groups.filter((group) => group.repeat !== null).reduce((answers, group) => withRow(answers, group.key), begun);
}

interface FillingProps {
  readonly room: Room;
  readonly template: FormTemplate;
  readonly begun: Answers;
  readonly draftKey: string;
  readonly replaces: string;
  readonly title: string;
}

function Filling({ room, template, begun, draftKey, replaces, title }: FillingProps) {
  const app = useApp();
  const [answers, setAnswers] = useState(begun);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<readonly Finding[]>([]);
  const [busy, setBusy] = useState(false);
  const [kept, setKept] = useState(false);
  const [discarding, setDiscarding] = useState(false);
  const saving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const judgement = useMemo(() => judge(template, answers, Date.now()), [template, answers]);
  const findings = [...judgement.findings, ...refused.filter((one) => !judgement.findings.some((other) => other.rule === one.rule && other.path === one.path))];
  const errors = findings.filter((finding) => finding.level === "error");
  useEffect(() => () => clearTimeout(saving.current), []);

  const change = (changed: Answers): void => {
    setAnswers(changed);
    setRefused([]);
    setKept(false);
    clearTimeout(saving.current);
    saving.current = setTimeout(() => void app.attempt(() => app.engine.saveDraft(room.cugId, draftKey, "", changed)).then(setKept), SAVE_AFTER_MS);
  };
  const leaveTo = (): void => app.go({ at: "room", cugId: room.cugId, tab: "conversation" });
  const forget = async (): Promise<void> => {
    clearTimeout(saving.current);
    await app.attempt(() => app.engine.saveDraft(room.cugId, draftKey, "", null));
  };
  const submit = async (): Promise<void> => {
    setTried(true);
    if (errors.length > 0) return focusOn(errors[0]!.path);
    setBusy(true);
    try {
      const wanted = { templateHash: template.hash, answers: toSubmit(answers, judgement.relevant) };
      await app.engine.submit(room.cugId, replaces === "" ? wanted : { ...wanted, replaces, ...recordOf(room, replaces) });
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
    <Page>
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
      <div class="form-page">
        <Contents template={template} judgement={judgement} findings={tried ? findings : shown} />
        <div class="form-main">
          {replaces !== "" && <Note icon="history">{t("form.amending")}</Note>}
          {tried && errors.length > 0 && <Summary template={template} errors={errors} />}
          {template.groups.map((group) => (
            <Section
              key={group.key}
              template={template}
              group={group}
              answers={answers}
              judgement={judgement}
              shown={shown}
              onChange={change}
              onLeave={(path) => setLeft((before) => new Set(before).add(path))}
            />
          ))}
        </div>
        <Leaves template={template} answers={answers} relevant={judgement.relevant} />
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

function recordOf(room: Room, replaces: string): { readonly recordId?: string } {
  const item = room.items.value?.find((one) => one.clientRef === replaces);
  return item?.content?.kind === "form" ? { recordId: item.content.recordId } : {};
}

/** Bring a field into view and into hand. */
function focusOn(path: string): void {
  requestAnimationFrame(() => {
    const field = document.querySelector(`[data-field="${CSS.escape(path)}"]`);
    field?.scrollIntoView({ block: "center" });
    field?.querySelector<HTMLElement>("input, textarea")?.focus({ preventScroll: true });
  });
}

function Summary({ template, errors }: { readonly template: FormTemplate; readonly errors: readonly Finding[] }) {
  return (
    <Note tone="invalid" icon="circle-alert" alert>
      <p class="strong">{t("form.errors", { count: errors.length })}</p>
      <ul>
        {errors.map((finding) => (
          <li key={`${finding.rule} ${finding.path}`}>
            <Button look="text" onClick={() => focusOn(finding.path)}>
              {placedFinding(template, finding)}
            </Button>
          </li>
        ))}
      </ul>
    </Note>
  );
}

function Contents({ template, judgement, findings }: { readonly template: FormTemplate; readonly judgement: Judgement; readonly findings: readonly Finding[] }) {
  return (
    <nav class="toc" aria-label={t("form.sections")}>
      {template.groups.map((group) => {
        const keys = new Set([group.key, ...group.children.map((child) => child.key)]);
        const inside = (finding: Finding): boolean => keys.has(finding.path.split(/[[.]/u)[0]!) || keys.has(finding.path);
        const mine = findings.filter(inside);
        const open = judgement.findings.some((finding) => finding.level === "error" && inside(finding));
        return (
          <a key={group.key} href={`#${group.key}`} onClick={(event) => (event.preventDefault(), document.getElementById(`section-${group.key}`)?.scrollIntoView())}>
            <span>{choose(group.labels, language.value)}</span>
            <SectionSign bad={mine.some((finding) => finding.level === "error")} warn={mine.some((finding) => finding.level === "warn")} done={!open} />
          </a>
        );
      })}
    </nav>
  );
}

function SectionSign({ bad, warn, done }: { readonly bad: boolean; readonly warn: boolean; readonly done: boolean }) {
  if (bad) return <Sign name="circle-alert" tone="bad" words={t("form.has_errors")} />;
  if (warn) return <Sign name="triangle-alert" tone="warn" words={t("form.has_warnings")} />;
  return done ? <Sign name="check" tone="ok" words={t("form.complete")} /> : <span />;
}

function Sign({ name, tone, words }: { readonly name: "circle-alert" | "triangle-alert" | "check"; readonly tone: string; readonly words: string }) {
  return (
    <span>
      <Icon name={name} tone={tone} />
      <span class="vh">{words}</span>
    </span>
  );
}

interface SectionProps {
  readonly template: FormTemplate;
  readonly group: FormGroup;
  readonly answers: Answers;
  readonly judgement: Judgement;
  readonly shown: readonly Finding[];
  readonly onChange: (answers: Answers) => void;
  readonly onLeave: (path: string) => void;
}

function Section(props: SectionProps) {
  const { group, answers, judgement, shown, template, onChange } = props;
  if (!judgement.relevant.has(group.key)) return null;
  const fields = group.children.filter((child): child is FormField => child.kind === "field");
  const rows = group.repeat === null ? [] : rowsOf(answers, group.key);
  return (
    <section class="section" id={`section-${group.key}`} aria-labelledby={`heading-${group.key}`}>
      <h2 id={`heading-${group.key}`}>{choose(group.labels, language.value)}</h2>
      {group.repeat === null ? (
        <Fields {...props} fields={fields} place={TOP} rows={[answers]} />
      ) : (
        <div class="rows-of">
          {rows.map((row, at) => (
            <div class="row-of" key={at} role="group" aria-label={t("form.row", { number: at + 1 })}>
              <div class="row">
                <h3>{t("form.row", { number: at + 1 })}</h3>
                {rows.length > group.repeat!.min && <Button class="push" look="bare" icon="x" label={t("form.remove_row", { number: at + 1 })} onClick={() => onChange(withoutRow(answers, group.key, at))} />}
              </div>
              <Fields {...props} fields={fields} place={{ repeat: group.key, row: at }} rows={[answers, row]} />
            </div>
          ))}
          {shown
            .filter((finding) => finding.path === group.key)
            .map((finding) => (
              <State key={finding.rule} tone="invalid">
                {findingWords(template, finding)}
              </State>
            ))}
          {rows.length < group.repeat.max && (
            <div class="row">
              <Button look="link" icon="plus" onClick={() => onChange(withRow(answers, group.key))}>
                {t("form.add_row")}
              </Button>
            </div>
          )}
        </div>
      )}
    </section>
  );
}

interface FieldsProps extends SectionProps {
  readonly fields: readonly FormField[];
  readonly place: { readonly repeat: string; readonly row: number };
  readonly rows: readonly Answers[];
}

function Fields({ template, fields, place, rows, answers, judgement, shown, onChange, onLeave }: FieldsProps) {
  return (
    <div class="fields">
      {fields
        .filter((field) => field.type !== "derived" && judgement.relevant.has(pathOf(place, field.key)))
        .map((field) => {
          const path = pathOf(place, field.key);
          return (
            <Question
              key={path}
              template={template}
              field={field}
              place={place}
              rows={rows}
              required={judgement.required.has(path)}
              findings={shown.filter((finding) => finding.path === path)}
              onChange={(value) => onChange(withAnswer(answers, place, field.key, value))}
              onLeave={() => onLeave(path)}
            />
          );
        })}
    </div>
  );
}
