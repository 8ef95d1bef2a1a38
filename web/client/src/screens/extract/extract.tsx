/** Extraction: who will see it, what it holds, the password, how far it is; then the file and how to check it. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import type { CugView, EngineError, ExtractionProgress, RecordExtent } from "../../engine/api.ts";
import { countryName, date, decimal } from "../../i18n/format.ts";
import { errorText, t } from "../../i18n/index.ts";
import { Button, Empty, Note, Plate, Skeleton } from "../../ui/basics.tsx";
import { PasswordField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Result } from "./result.tsx";
import { type ExtractionRun, runOf } from "./run.ts";

export function ExtractPage() {
  const app = useApp();
  const room = app.room.value;
  const view = room?.view.value ?? null;
  if (room === null || view === null) {
    return (
      <Page title="" back="#/">
        <Skeleton lines={12} />
      </Page>
    );
  }
  const back = `#/group/${room.cugId}`;
  if (!view.mayExtract || view.state !== "open") {
    return (
      <Page title={view.title} back={back}>
        <Empty title={t("extract.open")} text={errorText({ code: "client.may_not_extract", facts: {} })} />
      </Page>
    );
  }
  const run = runOf(app.engine, room);
  const state = run.state.value;
  return (
    <Page title={view.title} back={back}>
      {state.at === "ready" && <Asking room={room} view={view} run={run} error={state.error} />}
      {state.at === "running" && <Running run={run} progress={state.progress} />}
      {state.at === "done" && <Result made={state.made} onAgain={() => run.again()} />}
    </Page>
  );
}

function Page({ title, back, children }: { readonly title: string; readonly back: string; readonly children: ComponentChildren }) {
  return (
    <main class="page" id="content" tabIndex={-1}>
      <header class="page-head">
        <a class="btn bare icon-only" href={back} aria-label={t("ui.back")}>
          <Icon name="arrow-left" big />
        </a>
        <div class="title">
          <h1>{title === "" ? t("extract.open") : t("extract.title", { title })}</h1>
        </div>
      </header>
      <div class="settings extract">{children}</div>
    </main>
  );
}

interface AskingProps {
  readonly room: Room;
  readonly view: CugView;
  readonly run: ExtractionRun;
  readonly error: EngineError | null;
}

function Asking({ room, view, run, error }: AskingProps) {
  const app = useApp();
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const online = app.status.value?.connection === "online";
  const wrongPassword = error?.code === "client.wrong_password";
  const start = (event: Event): void => {
    event.preventDefault();
    setTried(true);
    if (password !== "" && online) void run.start(password);
  };
  const missing = tried && password === "" ? t("gate.needed") : undefined;
  return (
    <>
      {error !== null && !wrongPassword && (
        <Note tone={error.code === "client.extraction_cancelled" ? "plain" : "invalid"} icon="circle-alert" alert>
          {error.code === "client.server_unreachable" ? t("extract.no_line") : errorText(error)}
        </Note>
      )}
      <Note tone="warning" icon="users">
        <b>{t("extract.everybody", { count: view.members.length })}</b>
      </Note>
      <Holds room={room} lastSeq={view.lastSeq} />
      <section>
        <h2>{t("extract.gets")}</h2>
        <p>{t("extract.gets_note")}</p>
        <Note tone="personal" icon="lock">
          {t("extract.personal")}
        </Note>
      </section>
      <form onSubmit={start} noValidate class="stack">
        <PasswordField
          label={t("extract.password")}
          hint={t("extract.password_hint")}
          error={wrongPassword && !tried ? errorText(error) : missing}
          value={password}
          onInput={setPassword}
          autocomplete="current-password"
        />
        {!online && (
          <Note tone="warning" icon="cloud-off">
            {t("extract.no_line")}
          </Note>
        )}
        <div class="row end wrap">
          <a class="btn" href={`#/group/${room.cugId}`}>
            {t("ui.cancel")}
          </a>
          <Button look="main" type="submit" icon="download" disabled={!online}>
            {t("extract.start")}
          </Button>
        </div>
      </form>
    </>
  );
}

/** Counted over what this device has, again when something comes. */
function Holds({ room, lastSeq }: { readonly room: Room; readonly lastSeq: number }) {
  const app = useApp();
  const [extent, setExtent] = useState<RecordExtent | null>(null);
  useEffect(() => {
    void app.attempt(async () => setExtent(await app.engine.recordExtent(room.cugId)));
  }, [room, lastSeq]);
  return (
    <section>
      <h2>{t("extract.holds")}</h2>
      {extent === null ? <Skeleton lines={4} /> : <Extent extent={extent} />}
    </section>
  );
}

function Extent({ extent }: { readonly extent: RecordExtent }) {
  const most = Math.max(1, ...extent.administrations.map((one) => one.records));
  return (
    <>
      <dl class="boxes framed">
        <Box label={t("extract.records")}>
          <b>{decimal(String(extent.records))}</b>
        </Box>
        <Box label={t("extract.forms")}>
          <b>{decimal(String(extent.forms))}</b>
        </Box>
        {extent.firstMs > 0 && <Box label={t("extract.period")}>{t("extract.from_to", { first: date(extent.firstMs), last: date(extent.lastMs) })}</Box>}
        {extent.unopened > 0 && <Box label={t("extract.closed_here")}>{decimal(String(extent.unopened))}</Box>}
      </dl>
      {extent.unopened > 0 && <p class="small quiet">{t("extract.closed_note")}</p>}
      <table class="counts">
        <thead>
          <tr>
            <th scope="col">{t("extract.administration")}</th>
            <th scope="col" class="num">
              {t("extract.records")}
            </th>
            <th scope="col" class="num">
              {t("extract.forms")}
            </th>
          </tr>
        </thead>
        <tbody>
          {extent.administrations.map(({ administration, records, forms }) => (
            <tr key={administration}>
              <th scope="row">
                <Plate administration={administration} /> <span>{countryName(administration)}</span>
                <progress max={most} value={records} aria-hidden="true" />
              </th>
              <td class="num">{decimal(String(records))}</td>
              <td class="num">{decimal(String(forms))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Box({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Running({ run, progress }: { readonly run: ExtractionRun; readonly progress: ExtractionProgress | null }) {
  const app = useApp();
  const { step = "reading", done = 0, total = 0 } = progress ?? {};
  const says = progress === null ? t("extract.preparing") : step === "announcing" ? t("extract.announcing") : t(`extract.${step}`, { done, total });
  return (
    <section aria-busy="true">
      <h2>{t("extract.working")}</h2>
      <p id="extract-step">{says}</p>
      <progress class="bar" aria-labelledby="extract-step" max={total || 1} {...(total > 0 ? { value: done } : {})} />
      {step !== "announcing" && (
        <div class="row end">
          <Button onClick={() => void app.attempt(() => run.cancel())}>{t("ui.cancel")}</Button>
        </div>
      )}
    </section>
  );
}
