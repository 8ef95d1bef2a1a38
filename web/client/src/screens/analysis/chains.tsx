/** Each warning and request as a line of steps: what was asked, what each country answered until when, what came of it. */

import { useMemo, useState } from "preact/hooks";

import type { FormItem } from "../../app/newest.ts";
import type { Room } from "../../app/room.ts";
import { writeRoute } from "../../app/route.ts";
import { useApp } from "../../app/state.ts";
import { clockTime, countryName, date, fromNow, written } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { newestForms } from "../../templates_forms/versions.ts";
import { Button, Empty, Plate, State, type Tone } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { administrationOf, nameOf } from "../people.ts";
import { type ChainSteps, chainSteps, nextSteps, type Owed, share } from "./chain-steps.ts";
import { titleOf } from "./columns.ts";

/** As many chains as are drawn at first. */
const FIRST = 20;
const MINUTE_MS = 60_000;

interface ChainsProps {
  readonly room: Room;
  readonly records: readonly FormItem[];
  readonly onOpen: (record: FormItem) => void;
}

export function Chains({ room, records, onOpen }: ChainsProps) {
  const [most, setMost] = useState(FIRST);
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const found = useMemo(() => chainSteps(records, now), [records, now]);
  if (found.length === 0) return <Empty title={t("chain.empty_title")} text={t("chain.empty")} />;
  return (
    <div class="chains">
      {found.slice(0, most).map((steps) => (
        <One key={steps.chain.number} room={room} steps={steps} now={now} onOpen={onOpen} />
      ))}
      {found.length > most && (
        <Button look="link" onClick={() => setMost(most + FIRST)}>
          {t("chain.more", { count: found.length - most })}
        </Button>
      )}
    </div>
  );
}

interface OneProps {
  readonly room: Room;
  readonly steps: ChainSteps;
  readonly now: number;
  readonly onOpen: (record: FormItem) => void;
}

function One({ room, steps, now, onOpen }: OneProps) {
  const { chain, questions, owed, seizures } = steps;
  const titleId = `chain-${chain.number}`;
  const first = questions[0];
  return (
    <section class="chain-of" aria-labelledby={titleId}>
      <h2 id={titleId}>
        <bdi dir="ltr" class="code">
          {chain.number}
        </bdi>{" "}
        <span class="quiet">{first === undefined ? "" : titleOf(room.templates.value, first.content.templateHash)}</span>
      </h2>
      <ol class="chain-steps">
        {questions.map((question) => (
          <Step key={question.clientRef} room={room} record={question} onOpen={onOpen} />
        ))}
        {owed.map((one) => (
          <Answer key={one.country} room={room} owed={one} now={now} onOpen={onOpen} />
        ))}
        {seizures.map((seizure) => (
          <Step key={seizure.clientRef} room={room} record={seizure} found onOpen={onOpen} />
        ))}
      </ol>
      <Actions room={room} steps={steps} />
    </section>
  );
}

interface StepProps {
  readonly room: Room;
  readonly record: FormItem;
  /** Goods were found: the end of the line. */
  readonly found?: boolean;
  readonly onOpen: (record: FormItem) => void;
}

function Step({ room, record, found = false, onOpen }: StepProps) {
  const title = titleOf(room.templates.value, record.content.templateHash);
  return (
    <li class={found ? "found" : ""}>
      <Plate administration={administrationOf(record.officerId)} />
      <div>
        <Button look="text" onClick={() => onOpen(record)}>
          {title}
        </Button>
        <p class="small quiet">{t("chain.sent", { name: nameOf(room.people.value, record.officerId), day: date(record.atMs), time: clockTime(record.atMs) })}</p>
      </div>
    </li>
  );
}

const TONES: Readonly<Record<Owed["state"], Tone>> = { open: "pending", overdue: "invalid", answered: "accent", closed: "valid", forwarded: "valid" };

/** The clock of a country that was asked: words, and a bar of the time that is over. */
function Answer({ room, owed, now, onOpen }: Pick<StepProps, "room" | "onOpen"> & { readonly owed: Owed; readonly now: number }) {
  const { country, state, due, dueMs, reply, late } = owed;
  const over = share(owed, now);
  const isOwing = state === "open" || state === "overdue" || state === "answered";
  return (
    <li class={`asked ${state}`}>
      <Plate administration={country} absent={reply === null} />
      <div>
        <p>
          <b>{countryName(country)}</b> <State tone={TONES[state]}>{t(late && !isOwing ? "chain.late" : `chain.${state}`)}</State>
        </p>
        {isOwing && dueMs !== null && <p class="small quiet">{t(dueMs < now ? "chain.was_due" : "chain.due", { due: written(due), when: fromNow(dueMs, now) })}</p>}
        {isOwing && over !== null && <progress class={state === "overdue" ? "over" : ""} max={1} value={over} aria-hidden="true" />}
        {reply !== null && (
          <p>
            <Button look="text" onClick={() => onOpen(reply)}>
              {titleOf(room.templates.value, reply.content.templateHash)}
            </Button>{" "}
            <span class="small quiet">{t("chain.sent", { name: nameOf(room.people.value, reply.officerId), day: date(reply.atMs), time: clockTime(reply.atMs) })}</span>
          </p>
        )}
      </div>
    </li>
  );
}

const ICONS = { answer: "reply", forward: "send", report: "package-search" } as const;

/** What the reader's country may do, each form begun from the chain. */
function Actions({ room, steps }: { readonly room: Room; readonly steps: ChainSteps }) {
  const app = useApp();
  const view = room.view.value;
  if (view === null || view.state !== "open" || view.role === "observer" || view.role === "auditor") return null;
  const country = administrationOf(app.status.value?.account?.account ?? "");
  const next = nextSteps(steps, country, newestForms([...room.templates.value.values()]));
  if (next.length === 0) return null;
  return (
    <div class="row wrap">
      {next.map(({ kind, templateHash, from }) => (
        <a class="btn" key={kind} href={writeRoute({ at: "form", cugId: room.cugId, templateHash, replaces: "", from })} aria-describedby={`chain-${steps.chain.number}`}>
          <Icon name={ICONS[kind]} />
          {t(`chain.${kind}`)}
        </a>
      ))}
    </div>
  );
}
