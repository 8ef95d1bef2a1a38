/** Groups in groups and repeats in repeats. What repeats is, wide enough, a grid that one types through, on a phone a list;
 * a row moves up and down with Alt and the arrows.
 */

import { language, t } from "../../i18n/index.ts";
import { choose, type FormField, type FormGroup, type FormTemplate } from "../../templates_forms/model.ts";
import { Button } from "../../ui/basics.tsx";
import { levelAt, pathOf, rowsOf, withMovedRow, withoutRow } from "./answers.ts";
import { fieldsIn, type GroupProps, Questions } from "./questions.tsx";
import { findingWords } from "./wording.ts";

/** Stops of a way stand in the order in which they were reached. */
const ORDERED: ReadonlySet<string> = new Set(["transit"]);
const MOST_COLUMNS = 6;
/** Questions that are no single line. */
const HIGH: ReadonlySet<FormField["type"]> = new Set(["bool", "codes", "datetime", "longtext"]);
/** A list with more codes has long names. */
const MANY_CODES = 50;

export function Rows({ group, place, ...props }: GroupProps) {
  const { template, answers, shown, onChange, onAddRow } = props;
  const rows = rowsOf(levelAt(answers, place), group.key);
  const { min, max } = group.repeat!;
  const fields = fieldsIn(group);
  const columns = fields.filter((field) => !field.conditional).map((field) => `minmax(0, ${widthOf(template, field)}fr)`);
  const path = pathOf(place, group.key);
  const add = (): void => {
    onAddRow(group.key, place);
    focusRow(path, rows.length);
  };
  const move = (row: number, by: -1 | 1): void => {
    if (rows[row + by] === undefined) return;
    onChange(withMovedRow(answers, group.key, row, by, place));
    focusRow(path, row + by);
  };
  const onKeyDown = (event: KeyboardEvent, row: number): void => {
    if (!event.altKey || event.defaultPrevented || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    move(row, event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <div class={isGrid(fields) ? "rows-of grid" : "rows-of"} style={{ "--columns": columns.join(" ") } as preact.CSSProperties}>
      {rows.map((_, at) => (
        <div class="row-of fields" key={at} role="group" aria-label={t("form.row", { number: at + 1 })} data-row={`${path}[${at}]`} onKeyDown={(event) => onKeyDown(event, at)}>
          <h3>
            <span class="word">{t("form.row", { number: at + 1 })}</span>
            <span class="digit" aria-hidden="true">
              {at + 1}
            </span>
          </h3>
          <Questions {...props} group={group} place={[...place, [group.key, at]]} />
          <Below {...props} group={group} place={[...place, [group.key, at]]} />
          {ORDERED.has(group.key) && rows.length > 1 && (
            <div class="movers">
              <Button look="link" icon="chevron-up" disabled={at === 0} onClick={() => move(at, -1)}>
                {t("form.move_up", { number: at + 1 })}
              </Button>
              <Button look="link" icon="chevron-down" disabled={at === rows.length - 1} onClick={() => move(at, 1)}>
                {t("form.move_down", { number: at + 1 })}
              </Button>
            </div>
          )}
          {rows.length > min && <Button class="remove" look="bare" icon="x" label={t("form.remove_row", { number: at + 1 })} onClick={() => onChange(withoutRow(answers, group.key, at, place))} />}
        </div>
      ))}
      {shown
        .filter((finding) => finding.path === path)
        .map((finding) => (
          <p class="msg invalid" key={finding.rule}>
            {findingWords(template, finding)}
          </p>
        ))}
      {rows.length < max && (
        <div class="row">
          <Button look="link" icon="plus" onClick={add}>
            {t("form.add_row")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The groups and repeats inside a group or a row, each under its own name. */
export function Below({ group, place, ...props }: GroupProps) {
  const inner = group.children.filter((child): child is FormGroup => child.kind === "group" && props.filled.relevant.has(pathOf(place, child.key)));
  if (inner.length === 0) return null;
  return (
    <div class="below">
      {inner.map((child) => {
        const headingId = `heading-${pathOf(place, child.key)}`;
        return (
          <div key={child.key} role="group" aria-labelledby={headingId} data-field={child.repeat === null ? undefined : pathOf(place, child.key)}>
            <h4 id={headingId}>{choose(child.labels, language.value)}</h4>
            {child.repeat === null ? (
              <>
                <div class="fields">
                  <Questions {...props} group={child} place={place} />
                </div>
                <Below {...props} group={child} place={place} />
              </>
            ) : (
              <Rows {...props} group={child} place={place} />
            )}
          </div>
        );
      })}
    </div>
  );
}

/** Into the first question of a row, once it is drawn. */
function focusRow(path: string, row: number): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-row="${CSS.escape(`${path}[${row}]`)}"] :is(input, textarea, button)`)?.focus());
}

/** Rows that ask little stand under one head; of more questions none would have room. */
function isGrid(fields: readonly FormField[]): boolean {
  const plain = fields.filter((field) => !field.conditional);
  return plain.length <= MOST_COLUMNS && plain.every(({ type }) => !HIGH.has(type));
}

/** In a grid, numbers are narrow and long lists have long names. */
function widthOf(template: FormTemplate, field: FormField): number {
  if (field.type === "int" || field.type === "decimal") return 0.7;
  return (template.codeLists.get(field.codeList)?.codes.size ?? 0) > MANY_CODES ? 1.5 : 1;
}
