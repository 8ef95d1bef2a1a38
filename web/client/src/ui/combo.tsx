/** A choice from a list, with search: the ARIA combobox pattern with a list below. */

import { useEffect, useId, useRef, useState } from "preact/hooks";

import { folded } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import type { ControlProps } from "./field.tsx";
import { Icon } from "./icon.tsx";

export interface Option {
  readonly value: string;
  readonly label: string;
  /** Shown small beside the label, and searched too. */
  readonly code?: string;
  /** The same in other languages: searched, and shown where only they fit. */
  readonly others?: () => readonly string[];
}

interface ComboProps {
  readonly control: ControlProps;
  readonly options: readonly Option[];
  /** Which of them may be chosen; asked only while the list is open. */
  readonly allowed?: (value: string) => boolean;
  /** Where none may be chosen: what to do first. */
  readonly noneText?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
}

const MOST = 300;
const NO_RANK = 5;

/** The code itself, names that begin so, words that begin so, names in other languages, then those that contain it; at most 300. */
export function matching(options: readonly Option[], typed: string): readonly Option[] {
  const wanted = folded(typed.trim());
  if (wanted === "") return options.slice(0, MOST);
  const ranked = options.map((option, at) => ({ option, at, rank: rankOf(option, wanted) })).filter(({ rank }) => rank < NO_RANK);
  return ranked
    .sort((one, other) => one.rank - other.rank || one.at - other.at)
    .slice(0, MOST)
    .map(({ option }) => option);
}

function rankOf(option: Option, wanted: string): number {
  const label = folded(option.label);
  if (folded(option.code ?? option.value) === wanted) return 0;
  if (label.startsWith(wanted)) return 1;
  if (label.includes(` ${wanted}`)) return 2;
  if (foreign(option, wanted) !== null) return 3;
  return label.includes(wanted) || folded(option.value).startsWith(wanted) ? 4 : NO_RANK;
}

/** The name in another language that begins as was typed. */
function foreign(option: Option, wanted: string): string | null {
  return option.others?.().find((name) => folded(name).startsWith(wanted)) ?? null;
}

/** The name in another language, where nothing else of the option fits what was typed. */
export function foreignName(option: Option, typed: string): string | null {
  const wanted = folded(typed.trim());
  return wanted !== "" && rankOf(option, wanted) === 3 ? foreign(option, wanted) : null;
}

export function Combo({ control, options, allowed, noneText, value, onChange, onBlur }: ComboProps) {
  const listId = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const chosen = options.find((option) => option.value === value);
  const open = typed !== null;
  const offered = open && allowed !== undefined ? options.filter((option) => allowed(option.value)) : options;
  const shown = open ? matching(offered, typed) : [];
  const active = Math.min(at, shown.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active, open]);

  const choose = (option: Option | undefined): void => {
    if (option !== undefined) onChange(option.value);
    setTyped(null);
  };
  const show = (): void => {
    setTyped("");
    const possible = allowed === undefined ? options : options.filter((option) => allowed(option.value));
    setAt(Math.max(0, possible.findIndex((option) => option.value === value)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) show();
      else setAt((active + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % Math.max(1, shown.length));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      choose(shown[active]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setTyped(null);
    } else if (event.key === "Tab" && open && typed !== "") choose(shown[active]);
  };
  const onInput = (text: string): void => {
    setAt(0);
    setTyped(text);
    if (text === "") onChange("");
  };
  return (
    <div class="combo">
      <input
        {...control}
        class="in"
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open && shown.length > 0 ? `${listId}-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={open ? (chosen?.label ?? t("ui.choose")) : t("ui.choose")}
        value={typed ?? chosen?.label ?? value}
        title={chosen?.label}
        onFocus={(event) => event.currentTarget.select()}
        onClick={() => (open ? setTyped(null) : show())}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setTyped(null);
          onBlur?.();
        }}
      />
      <Icon name="chevron-down" />
      {open && (
        <ul class="combo-list" id={listId} role="listbox" ref={list}>
          {shown.map((option, index) => (
            <li
              key={option.value}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === active}
              onPointerDown={(event) => {
                event.preventDefault();
                choose(option);
              }}
            >
              <span>
                {option.label}
                <Foreign name={foreignName(option, typed)} />
              </span>
              {option.code !== undefined && (
                <bdi class="code" dir="ltr">
                  {option.code}
                </bdi>
              )}
            </li>
          ))}
          {shown.length === 0 && <li class="none">{offered.length === 0 && noneText !== undefined ? noneText : t("ui.no_match")}</li>}
        </ul>
      )}
    </div>
  );
}

function Foreign({ name }: { readonly name: string | null }) {
  if (name === null) return null;
  return (
    <bdi class="faint small" dir="auto">
      {" "}
      {name}
    </bdi>
  );
}
