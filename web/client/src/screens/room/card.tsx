/** A record as boxes with small headings, as on a customs declaration: goods first, then when, where and how. */

import { useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import type { Answers, Finding, ItemContent } from "../../engine/api.ts";
import { momentParts, utc } from "../../i18n/format.ts";
import { language, t } from "../../i18n/index.ts";
import { Button, State } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { RouteLine } from "../route-line.tsx";
import { isMissing, type Level, levelsOf, pathOf, type Place, rowsOf } from "../form/answers.ts";
import { choose, type FormField, type FormTemplate } from "../../templates_forms/model.ts";
import { toRead } from "../form/filled.ts";
import { amountText, answerText, codeLabel, isLatinOnly, placedFinding } from "../form/wording.ts";

type FormContent = Extract<ItemContent, { kind: "form" }>;

/** What a seizure says first, where its form asks for it. */
const FIRST_BOXES = ["offence_at", "offence_location", "offence_country", "transport_mode", "detection_method"];
const MOST_BOXES = 4;

interface CardProps {
  readonly content: FormContent;
  readonly room: Room;
  readonly findings: readonly Finding[] | null;
  /** When the server stored it: what is worked out is worked out as of then. */
  readonly atMs: number;
  /** The client_ref to replace, where the reader may amend. */
  readonly amends: string;
  /** On a phone, one that has been read is folded to its first line and its way. */
  readonly read: boolean;
  readonly onReply?: () => void;
  /** Gives it back to its sender, with the rules that it breaks in words. */
  readonly onReturn?: (text: string) => void;
}

export function RecordCard({ content, room, findings, atMs, amends, read, onReply, onReturn }: CardProps) {
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
  const errors = wrong.filter((finding) => finding.level === "error");
  const personal = [...template.fields.values()].some((field) => field.personal && hasAnswer(content.answers, field.key));
  return (
    <article class={["record", errors.length > 0 ? "invalid" : "", read ? "read" : "", open ? "open" : ""].filter(Boolean).join(" ")} aria-label={title}>
      <header>
        <span class="kind">
          <Icon name="package-search" /> {title}
        </span>
        {content.replaces !== "" && <span class="faint small">{t("card.replaces")}</span>}
        <span class="push">
          <Validity findings={findings} />
        </span>
      </header>
      <Headline template={template} answers={content.answers} errors={errors} />
      {open ? <Everything template={template} answers={toRead(template, content.answers, atMs)} wrong={wrong} /> : <First template={template} answers={content.answers} />}
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
          {onReturn !== undefined && errors.length > 0 && (
            <Button look="link" icon="undo" onClick={() => onReturn(t("card.return_text", { findings: errors.map((finding) => placedFinding(template, finding)).join(" ") }))}>
              {t("card.return")}
            </Button>
          )}
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

interface HeadlineProps {
  readonly template: FormTemplate;
  readonly answers: Answers;
  readonly errors: readonly Finding[];
}

/** “412 kg cocaine hydrochloride”, and the further lines below it; marked where that line itself is wrong. */
function Headline({ template, answers, errors }: HeadlineProps) {
  const goods = template.groups.find((group) => group.repeat !== null && group.children.some((child) => child.key === "product"));
  if (goods === undefined) return null;
  const [first, second, ...rest] = rowsOf(answers, goods.key).map((row) => lineOf(template, row));
  if (first === undefined) return null;
  const bad = errors.some((finding) => finding.path.startsWith(`${goods.key}[0]`));
  return (
    <div class="headline">
      <p class={`figure ${bad ? "bad" : ""}`}>
        {bad && <Icon name="circle-alert" />} {first}
      </p>
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
  const isSeizure = template.fields.has(FIRST_BOXES[0]!);
  const known = FIRST_BOXES.map((key) => template.fields.get(key)).filter((field) => field !== undefined);
  // The country of the sender stands above the card already.
  const others = [...template.fields.values()].filter((field) => field.key !== "reporting_country");
  const fields = (isSeizure ? known : others).filter((field) => !isMissing(answers[field.key])).slice(0, MOST_BOXES);
  if (fields.length === 0) return null;
  return (
    <dl class="boxes">
      {fields.map((field) => (
        <Box key={field.key} template={template} field={field} answers={answers} />
      ))}
    </dl>
  );
}

interface EverythingProps {
  readonly template: FormTemplate;
  readonly answers: Answers;
  readonly wrong: readonly Finding[];
}

/** All that was answered, section by section; what repeats as lines under one head. */
function Everything({ template, answers, wrong }: EverythingProps) {
  const bad = new Set(wrong.filter((finding) => finding.level === "error").map((finding) => finding.path));
  return (
    <div class="sections">
      {template.groups.map((group) => {
        const levels = levelsOf(group, answers);
        // Rows of one repeat stand as lines under one head, those of a repeat inside it under a head of their own.
        const kinds = [...new Set(levels.map(({ place }) => nameOf(place)))].map((name) => levels.filter(({ place }) => nameOf(place) === name));
        const filled = kinds.filter((kind) => answered(kind).length > 0);
        if (filled.length === 0) return null;
        return (
          <section key={group.key}>
            <h3>{choose(group.labels, language.value)}</h3>
            <div>
              {filled.map((kind) => (
                <LevelBoxes key={nameOf(kind[0]!.place)} template={template} levels={kind} bad={bad} />
              ))}
            </div>
          </section>
        );
      })}
    </div>
  );
}

const nameOf = (place: Place): string => place.map(([repeat]) => repeat).join(".");

function answered(levels: readonly Level[]): readonly FormField[] {
  return levels[0]!.fields.filter((field) => levels.some(({ level }) => !isMissing(level[field.key])));
}

function LevelBoxes({ template, levels, bad }: { readonly template: FormTemplate; readonly levels: readonly Level[]; readonly bad: ReadonlySet<string> }) {
  const fields = answered(levels);
  const boxes = ({ place, level }: Level) => fields.map((field) => <Box key={field.key} template={template} field={field} answers={level} bad={bad.has(pathOf(place, field.key))} />);
  const first = levels[0]!;
  if (first.place.length === 0) return <dl class="boxes">{boxes(first)}</dl>;
  return (
    <div class="line-boxes" style={{ "--columns": String(fields.length) } as preact.CSSProperties}>
      {levels.map((one) => (
        <dl class="boxes" key={pathOf(one.place, "")} aria-label={one.place.map(([, row]) => t("form.row", { number: row + 1 })).join(", ")}>
          {boxes(one)}
        </dl>
      ))}
    </div>
  );
}

interface BoxProps {
  readonly template: FormTemplate;
  readonly field: FormField;
  readonly answers: Answers;
  readonly bad?: boolean;
}

function Box({ template, field, answers, bad = false }: BoxProps) {
  const value = answers[field.key];
  const text = answerText(template, field, value);
  return (
    <div class={[field.type === "longtext" ? "full" : "", field.personal ? "personal" : "", bad ? "bad" : ""].filter(Boolean).join(" ")}>
      <dt>{choose(field.labels, language.value)}</dt>
      <dd>
        {field.type === "datetime" ? (
          <Moment text={String(value ?? "")} />
        ) : (
          <bdi dir={isLatinOnly(field) ? "ltr" : "auto"} class={field.type === "identifier" ? "code" : ""}>
            {text === "" ? "–" : text}
          </bdi>
        )}
      </dd>
    </div>
  );
}

/** A day, the hour where it is known, and the offset that it was written with; each stays whole. */
function Moment({ text }: { readonly text: string }) {
  const { day, time, offset } = momentParts(text);
  const atMs = Date.parse(text);
  return (
    <time dateTime={text} title={time === "" || Number.isNaN(atMs) ? undefined : `${utc(atMs)} UTC`}>
      <span class="whole">{day}</span>{" "}
      {time !== "" && (
        <span class="whole">
          <bdi dir="ltr">
            {time} <small class="faint">{offset}</small>
          </bdi>
        </span>
      )}
    </time>
  );
}

function hasAnswer(answers: Answers, key: string): boolean {
  if (!isMissing(answers[key])) return true;
  return Object.keys(answers).some((repeat) => rowsOf(answers, repeat).some((row) => hasAnswer(row, key)));
}
