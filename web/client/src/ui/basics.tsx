/** Small things that say one fact each. */

import type { ButtonHTMLAttributes, ComponentChildren } from "preact";

import { countryName } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Icon, Mark } from "./icon.tsx";
import type { IconName } from "./icons.ts";

export type Tone = "pending" | "stored" | "failed" | "valid" | "warning" | "invalid" | "personal" | "accent";

const TONE_ICONS: Readonly<Record<Tone, IconName>> = {
  pending: "clock",
  stored: "check",
  failed: "circle-x",
  valid: "check",
  warning: "triangle-alert",
  invalid: "circle-alert",
  personal: "lock",
  accent: "info",
};

/** A state: sign and word. */
export function State({ tone, icon = TONE_ICONS[tone], children }: { readonly tone: Tone; readonly icon?: IconName; readonly children: ComponentChildren }) {
  return (
    <span class={`state ${tone}`}>
      <Icon name={icon} />
      <span>{children}</span>
    </span>
  );
}

/** The service a person speaks for: two letters of a country, or the name of a unit. */
export function Plate({ administration, absent = false }: { readonly administration: string; readonly absent?: boolean }) {
  const country = /^[A-Z]{2}$/u.test(administration);
  return (
    <abbr class={`plate ${country ? "" : "unit"} ${absent ? "absent" : ""}`} translate={false} dir="ltr" title={country ? countryName(administration) : administration}>
      {administration}
    </abbr>
  );
}

export function Count({ children, fresh = false, label }: { readonly children: number; readonly fresh?: boolean; readonly label: string }) {
  return (
    <span class={`count ${fresh ? "new" : ""}`}>
      <span aria-hidden="true">{children}</span>
      <span class="vh">{label}</span>
    </span>
  );
}

type NoteTone = "plain" | "invalid" | "warning" | "personal" | "valid";

export function Note({ tone = "plain", icon, alert = false, children }: { readonly tone?: NoteTone; readonly icon: IconName; readonly alert?: boolean; readonly children: ComponentChildren }) {
  return (
    <div class={`note ${tone}`} role={alert ? "alert" : undefined}>
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "label"> {
  readonly look?: "main" | "danger" | "bare" | "link" | "text" | "plain";
  readonly icon?: IconName;
  /** The name of a button that shows only its icon. */
  readonly label?: string;
  readonly wide?: boolean;
  readonly busy?: boolean;
}

export function Button({ look = "plain", icon, label, wide = false, busy = false, children, class: extra, ...rest }: ButtonProps) {
  const only = label !== undefined && children === undefined;
  const classes = ["btn", look === "plain" ? "" : look, only ? "icon-only" : "", wide ? "wide" : "", extra ?? ""].filter(Boolean).join(" ");
  return (
    <button type="button" {...rest} class={classes} aria-label={only ? label : undefined} title={only ? label : undefined} aria-busy={busy} disabled={busy || rest.disabled === true}>
      {busy ? <Icon name="refresh-cw" tone="spin" /> : icon !== undefined && <Icon name={icon} big={only} />}
      {children}
    </button>
  );
}

/** Grey lines for what is not known yet; they appear after 300 ms only. */
export function Skeleton({ lines = 6 }: { readonly lines?: number }) {
  return (
    <div class="skeleton" role="status" aria-label={t("app.starting")}>
      {Array.from({ length: lines }, (_, at) => (
        <i key={at} />
      ))}
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly text: string;
  /** In the middle of a screen that holds nothing else. */
  readonly centred?: boolean;
  readonly children?: ComponentChildren;
}

/** One sentence on what will come, one action. */
export function Empty({ title, text, centred = false, children }: EmptyProps) {
  return (
    <div class={`empty ${centred ? "centred" : ""}`}>
      {centred && <Mark />}
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </div>
  );
}
