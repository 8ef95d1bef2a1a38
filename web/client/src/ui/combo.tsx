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
}

interface ComboProps {
  readonly control: ControlProps;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
}

const MOST = 300;

/** Those that begin with what was typed, then those that contain it; at most 300. */
export function matching(options: readonly Option[], typed: string): readonly Option[] {
  const wanted = folded(typed.trim());
  if (wanted === "") return options.slice(0, MOST);
  const first: Option[] = [];
  const rest: Option[] = [];
  for (const option of options) {
    const label = folded(option.label);
    if (label.startsWith(wanted) || folded(option.code ?? "") === wanted) first.push(option);
    else if (label.includes(wanted)) rest.push(option);
  }
  return [...first, ...rest].slice(0, MOST);
}

export function Combo({ control, options, value, onChange, onBlur }: ComboProps) {
  const listId = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const chosen = options.find((option) => option.value === value);
  const open = typed !== null;
  const shown = open ? matching(options, typed) : [];
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
    setAt(Math.max(0, options.findIndex((option) => option.value === value)));
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
              <span>{option.label}</span>
              {option.code !== undefined && (
                <bdi class="code" dir="ltr">
                  {option.code}
                </bdi>
              )}
            </li>
          ))}
          {shown.length === 0 && <li class="none">{t("ui.no_match")}</li>}
        </ul>
      )}
    </div>
  );
}
