/** Beginning a form from a record that came before it, so that nothing is typed twice. */

import { useMemo } from "preact/hooks";

import type { FormItem } from "../../app/newest.ts";
import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import type { Plan } from "../../engine/rules/plan.ts";
import { when } from "../../i18n/format.ts";
import { language, t } from "../../i18n/index.ts";
import { choose, type FormTemplate } from "../../templates_forms/model.ts";
import { Button } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { type Start, startsOf } from "./begun.ts";

/** So many of the newest are offered. */
const MOST = 5;

interface Props {
  readonly room: Room;
  readonly records: readonly FormItem[];
  readonly template: FormTemplate;
  readonly plan: Plan;
  readonly onBegin: (start: Start) => void;
}

/** Nothing where there is nothing to begin from. */
export function Begin({ room, records, template, plan, onBegin }: Props) {
  const app = useApp();
  const country = (app.status.value?.account?.account ?? "").split("/")[0] ?? "";
  const starts = useMemo(() => startsOf(records, template, plan, country, MOST), [records, template, plan, country]);
  if (starts.length === 0) return null;
  return (
    <section class="stack tight" aria-labelledby="begin-from">
      <h2 id="begin-from">{t("form.begin_from")}</h2>
      <p class="hint">{t("form.begin_hint")}</p>
      <ul class="rows">
        {starts.map((start) => (
          <li key={start.ref}>
            <Icon name="history" />
            <div id={`begin-${start.ref}`}>
              <b>{titleOf(room, start)}</b>
              <div class="small quiet">
                <bdi>{start.number}</bdi> <span>{when(start.atMs, Date.now())}</span>
              </div>
            </div>
            <Button aria-describedby={`begin-${start.ref}`} onClick={() => onBegin(start)}>
              {t("form.begin")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function titleOf(room: Room, start: Start): string {
  const before = room.templates.value.get(start.templateHash);
  return before === undefined ? "" : choose(before.labels, language.value);
}
