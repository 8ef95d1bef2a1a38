/** A record as boxes with small headings, as on a customs declaration: goods first, then when, where and how. */

import { useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import type { Answers, Finding, ItemContent } from "../../engine/api.ts";
import { language, t } from "../../i18n/index.ts";
import { Button, State } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { RouteLine } from "../route-line.tsx";
import { isMissing, pathOf, rowsOf, TOP } from "../form/answers.ts";
import { choose, fieldsOf, type FormField, type FormTemplate } from "../../templates_forms/model.ts";
import { amountText, answerText, codeLabel, isLatinOnly, placedFinding } from "../form/wording.ts";

type FormContent = Extract<ItemContent, { kind: "form" }>;

/** What a seizure says first, where its form asks for it. */
const FIRST_BOXES = ["offence_at", "offence_location", "offence_country", "transport_mode", "detection_method"];
const MOST_BOXES = 4;

interface CardProps {
  readonly content: FormContent;
  readonly room: Room;
  readonly findings: readonly Finding[] | null;
  /** The client_ref to replace, where the reader may amend. */
  readonly amends: string;
  readonly onReply?: () => void;
}

export function RecordCard({ content, room, findings, amends, onReply }: CardProps) {
  const [open, setOpen] = useState(false);
  const template = room.templates.value.get(content.templateHash);
  if (template === undefined) {
    return (
      <article class="record">
        <header>
          <State tone="warning">{t("card.no_template")}</State>
        </header>
      </article>
    );
  }
  const title = choose(template.labels, language.value);
  const wrong = (findings ?? []).filter((finding) => finding.level !== "info");
  const personal = [...template.fields.values()].some((field) => field.personal && hasAnswer(content.answers, field.key));
  return (
    <article class={`record ${wrong.some((finding) => finding.level === "error") ? "invalid" : ""}`} aria-label={title}>
      <header>
        <span class="kind">
          <Icon name="package-search" /> {title}
        </span>
        {content.replaces !== "" && <span class="faint small">{t("card.replaces")}</span>}
        <span class="push">
          <Validity findings={findings} />
        </span>
      </header>
      <Headline template={template} answers={content.answers} />
      {open ? <Everything template={template} answers={content.answers} wrong={wrong} /> : <First template={template} answers={content.answers} />}
      <RouteLine answers={content.answers} />
      {wrong.length > 0 && (
        <ul class="findings">
          {wrong.map((finding) => (
            <li class={`msg ${finding.level === "error" ? "invalid" : "warning"}`} key={`${finding.rule} ${finding.path}`}>
              <Icon name={finding.level === "error" ? "circle-alert" : "triangle-alert"} />
              <span>{placedFinding(template, finding)}</span>
            </li>
          ))}
        </ul>
      )}
      <footer>
        {personal && <State tone="personal">{t("card.personal")}</State>}
        <span class="actions">
          <Button look="link" icon="file-text" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t("card.less") : t("card.more")}
          </Button>
          {onReply !== undefined && (
            <Button look="link" icon="reply" onClick={onReply}>
              {t("room.reply")}
            </Button>
          )}
          {amends !== "" && (
            <a class="btn link" href={`#/group/${room.cugId}/form/${content.templateHash}/${amends}`}>
              <Icon name="pencil" />
              {t("card.amend")}
            </a>
          )}
        </span>
      </footer>
    </article>
  );
}

function Validity({ findings }: { readonly findings: readonly Finding[] | null }) {
  if (findings === null) return <State tone="pending">{t("card.not_judged")}</State>;
  const errors = findings.filter((finding) => finding.level === "error").length;
  const warnings = findings.filter((finding) => finding.level === "warn").length;
  if (errors > 0) return <State tone="invalid">{t("card.invalid", { count: errors })}</State>;
  return warnings > 0 ? <State tone="warning">{t("card.to_confirm", { count: warnings })}</State> : <State tone="valid">{t("card.valid")}</State>;
}

/** “412 kg cocaine hydrochloride”, and the further lines below it. */
function Headline({ template, answers }: { readonly template: FormTemplate; readonly answers: Answers }) {
  const goods = template.groups.find((group) => group.repeat !== null && group.children.some((child) => child.key === "product"));
  if (goods === undefined) return null;
  const lines = rowsOf(answers, goods.key).map((row) => lineOf(template, row));
  const [first, second, ...rest] = lines;
  if (first === undefined) return null;
  return (
    <div class="headline">
      <p class="figure">{first}</p>
      {second !== undefined && <p class="quiet small">{second}</p>}
      {rest.length > 0 && <p class="quiet small">{t("card.more_lines", { count: rest.length })}</p>}
    </div>
  );
}

function lineOf(template: FormTemplate, row: Answers): string {
  const product = row["product"] === "other" ? String(row["product_other"] ?? "") : codeLabel(template.codeLists.get("product"), String(row["product"] ?? ""));
  const amount = amountText(template, String(row["quantity"] ?? ""), String(row["unit"] ?? ""));
  return [amount, product].filter(Boolean).join(" · ");
}

function First({ template, answers }: { readonly template: FormTemplate; readonly answers: Answers }) {
  const known = FIRST_BOXES.map((key) => template.fields.get(key)).filter((field) => field !== undefined);
  const fields = (known.length > 0 ? known : [...template.fields.values()]).filter((field) => !isMissing(answers[field.key])).slice(0, MOST_BOXES);
  if (fields.length === 0) return null;
  return (
    <dl class="boxes">
      {fields.map((field) => (
        <Box key={field.key} template={template} field={field} answers={answers} />
      ))}
    </dl>
  );
}

function Everything({ template, answers, wrong }: { readonly template: FormTemplate; readonly answers: Answers; readonly wrong: readonly Finding[] }) {
  const bad = new Set(wrong.filter((finding) => finding.level === "error").map((finding) => finding.path));
  return (
    <>
      {template.groups.map((group) => {
        const rows = group.repeat === null ? [answers] : rowsOf(answers, group.key);
        return rows.map((row, at) => {
          const fields = fieldsOf(group).filter((field) => !isMissing(row[field.key]));
          if (fields.length === 0) return null;
          return (
            <section key={`${group.key} ${at}`}>
              <h3 class="box-title">
                {choose(group.labels, language.value)}
                {rows.length > 1 && ` · ${t("form.row", { number: at + 1 })}`}
              </h3>
              <dl class="boxes">
                {fields.map((field) => (
                  <Box key={field.key} template={template} field={field} answers={row} bad={bad.has(pathOf(group.repeat === null ? TOP : { repeat: group.key, row: at }, field.key))} />
                ))}
              </dl>
            </section>
          );
        });
      })}
    </>
  );
}

interface BoxProps {
  readonly template: FormTemplate;
  readonly field: FormField;
  readonly answers: Answers;
  readonly bad?: boolean;
}

function Box({ template, field, answers, bad = false }: BoxProps) {
  return (
    <div class={[field.type === "longtext" ? "full" : "", field.personal ? "personal" : "", bad ? "bad" : ""].filter(Boolean).join(" ")}>
      <dt>{choose(field.labels, language.value)}</dt>
      <dd>
        <bdi dir={isLatinOnly(field) ? "ltr" : "auto"} class={field.type === "identifier" ? "code" : ""}>
          {answerText(template, field, answers[field.key])}
        </bdi>
      </dd>
    </div>
  );
}

function hasAnswer(answers: Answers, key: string): boolean {
  if (!isMissing(answers[key])) return true;
  return Object.keys(answers).some((repeat) => rowsOf(answers, repeat).some((row) => !isMissing(row[key])));
}
