/** The reader's own choices for this browser. Nothing here is secret or about an operation. */

import { effect, signal } from "@preact/signals";

import { baseLanguage, LANGUAGES, type Language } from "../i18n/catalogue.ts";
import { preferredLanguage, speak } from "../i18n/index.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const SIZES = ["small", "normal", "large", "largest"] as const;
export type TextSize = (typeof SIZES)[number];

/** `--canvas` of the two themes. */
const FRAME_COLOURS = { light: "#e9edef", dark: "#0a1115" } as const;
const STORE = "cencomm.appearance";

interface Saved {
  readonly language: Language;
  readonly theme: Theme;
  readonly size: TextSize;
  readonly singleKeys: boolean;
}

export const theme = signal<Theme>("system");
export const textSize = signal<TextSize>("normal");
export const singleKeys = signal(true);
export const chosenLanguage = signal<Language>("en");

/** Take up what was chosen before, and follow every later choice. Resolves when the language is there. */
export async function startPrefs(): Promise<void> {
  const saved = read();
  theme.value = saved.theme;
  textSize.value = saved.size;
  singleKeys.value = saved.singleKeys;
  chosenLanguage.value = saved.language;
  await speak(saved.language);
  effect(() => {
    const root = document.documentElement;
    if (theme.value === "system") root.removeAttribute("data-theme");
    else root.dataset["theme"] = theme.value;
    root.dataset["size"] = textSize.value;
    colourFrame(theme.value);
  });
  effect(() => void speak(chosenLanguage.value));
  effect(() => {
    const choice: Saved = { language: chosenLanguage.value, theme: theme.value, size: textSize.value, singleKeys: singleKeys.value };
    localStorage.setItem(STORE, JSON.stringify(choice));
  });
}

/** The browser's own frame takes the colour of the page behind: that of the system's theme, or of the one chosen. */
function colourFrame(chosen: Theme): void {
  const metas = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')];
  for (const meta of metas) {
    const own = meta.media.includes("dark") ? "dark" : "light";
    meta.content = FRAME_COLOURS[chosen === "system" ? own : chosen];
  }
}

function read(): Saved {
  const given = parse(localStorage.getItem(STORE));
  return {
    language: LANGUAGES.some((known) => known === given["language"]) ? baseLanguage(String(given["language"])) : preferredLanguage(),
    theme: THEMES.find((known) => known === given["theme"]) ?? "system",
    size: SIZES.find((known) => known === given["size"]) ?? "normal",
    singleKeys: given["singleKeys"] !== false,
  };
}

function parse(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const given: unknown = JSON.parse(text ?? "{}");
    return typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
