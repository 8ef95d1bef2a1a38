/** A section of a form: its questions, and below them the groups and repeats inside it. */

import { language } from "../../i18n/index.ts";
import { choose } from "../../templates_forms/model.ts";
import { RouteLine } from "../route-line.tsx";
import { TOP } from "./answers.ts";
import { type GroupProps, Questions } from "./questions.tsx";
import { Below, Rows } from "./rows.tsx";

/** The section that asks where goods went shows the way as a line. */
const DESTINATION = "destination_country";

export function Section({ group, ...props }: Omit<GroupProps, "place">) {
  if (!props.filled.relevant.has(group.key)) return null;
  const asksWhereTo = group.children.some((child) => child.key === DESTINATION);
  return (
    <section class="section" id={`section-${group.key}`} aria-labelledby={`heading-${group.key}`}>
      <h2 id={`heading-${group.key}`}>{choose(group.labels, language.value)}</h2>
      {group.repeat === null ? (
        <>
          <div class="fields">
            <Questions {...props} group={group} place={TOP} />
          </div>
          <Below {...props} group={group} place={TOP} />
        </>
      ) : (
        <Rows {...props} group={group} place={TOP} />
      )}
      {asksWhereTo && <RouteLine answers={props.answers} />}
    </section>
  );
}
