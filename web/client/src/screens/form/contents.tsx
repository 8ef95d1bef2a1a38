/** Beside and above the questions: the sections with their state, and what is to be corrected. */

import { useEffect, useState } from "preact/hooks";

import type { Finding } from "../../engine/api.ts";
import { language, t } from "../../i18n/index.ts";
import { choose, fieldsOf, groupsOf, type FormGroup, type FormTemplate } from "../../templates_forms/model.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { Filled } from "./filled.ts";
import { fieldKey, placedFinding } from "./wording.ts";

/** As many corrections are listed one by one; more are counted by section. */
const MOST_LISTED = 3;

interface ContentsProps {
  readonly template: FormTemplate;
  readonly filled: Filled;
  readonly findings: readonly Finding[];
}

export function Contents({ template, filled, findings }: ContentsProps) {
  const groups = template.groups.filter((group) => filled.relevant.has(group.key));
  const current = useCurrentSection(groups.map((group) => group.key));
  return (
    <nav class="toc" aria-label={t("form.sections")}>
      {groups.map((group) => {
        const mine = findings.filter((finding) => isIn(group, finding));
        const open = filled.findings.some((finding) => finding.level === "error" && isIn(group, finding));
        return (
          <a key={group.key} href={`#${group.key}`} aria-current={current === group.key ? "true" : undefined} onClick={(event) => (event.preventDefault(), goTo(group.key))}>
            <span>{choose(group.labels, language.value)}</span>
            <SectionSign bad={mine.some((finding) => finding.level === "error")} warn={mine.some((finding) => finding.level === "warn")} done={!open} />
          </a>
        );
      })}
    </nav>
  );
}

function isIn(group: FormGroup, finding: Finding): boolean {
  const key = fieldKey(finding.path);
  return groupsOf(group).some((one) => one.key === key) || fieldsOf(group).some((field) => field.key === key);
}

function goTo(key: string): void {
  const section = document.getElementById(`section-${key}`);
  section?.scrollIntoView();
  section?.querySelector<HTMLElement>("input, textarea")?.focus({ preventScroll: true });
}

/** The section that is being read: the last one whose head has passed the top of the page. */
function useCurrentSection(keys: readonly string[]): string {
  const [current, setCurrent] = useState(keys[0] ?? "");
  const names = keys.join(" ");
  useEffect(() => {
    const page = document.getElementById("content");
    if (page === null) return;
    const look = (): void => {
      const top = page.getBoundingClientRect().top + page.clientHeight / 3;
      const passed = names.split(" ").filter((key) => (document.getElementById(`section-${key}`)?.getBoundingClientRect().top ?? Infinity) < top);
      setCurrent(passed.at(-1) ?? names.split(" ")[0]!);
    };
    page.addEventListener("scroll", look, { passive: true });
    return () => page.removeEventListener("scroll", look);
  }, [names]);
  return current;
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

/** What stops sending: a few one by one, many by section. */
export function Summary({ template, errors }: { readonly template: FormTemplate; readonly errors: readonly Finding[] }) {
  const few = errors.length <= MOST_LISTED;
  return (
    <Note tone="invalid" icon="circle-alert" alert>
      <p class="strong">{t("form.errors", { count: errors.length })}</p>
      <ul class={few ? "" : "by-section"}>
        {few
          ? errors.map((finding) => (
              <li key={`${finding.rule} ${finding.path}`}>
                <Button look="text" onClick={() => focusOn(finding.path)}>
                  {placedFinding(template, finding)}
                </Button>
              </li>
            ))
          : template.groups.map((group) => <SectionErrors key={group.key} group={group} errors={errors.filter((finding) => isIn(group, finding))} />)}
      </ul>
    </Note>
  );
}

function SectionErrors({ group, errors }: { readonly group: FormGroup; readonly errors: readonly Finding[] }) {
  const first = errors[0];
  if (first === undefined) return null;
  return (
    <li>
      <Button look="text" onClick={() => focusOn(first.path)}>
        {choose(group.labels, language.value)}
      </Button>{" "}
      <span class="count">{errors.length}</span>
    </li>
  );
}

/** Bring a field into view and into hand. */
export function focusOn(path: string): void {
  requestAnimationFrame(() => {
    const field = document.querySelector(`[data-field="${CSS.escape(path)}"]`) ?? document.getElementById(`section-${path}`);
    field?.scrollIntoView({ block: "center" });
    field?.querySelector<HTMLElement>("input, textarea, button")?.focus({ preventScroll: true });
  });
}
