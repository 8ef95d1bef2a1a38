/** A point on the map: degrees that are typed, or taken from the device where the officer lets it; shown where it lies. */

import { useState } from "preact/hooks";

import { frameAround, project } from "../../analysis/projection.ts";
import type { Answers } from "../../engine/api.ts";
import { decimal } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/basics.tsx";
import { useCoast } from "../coastline.ts";

/** About a metre. */
const PLACES = 5;
const PATIENCE_MS = 20_000;
const LATITUDE = /_lat$/u;

/** The question for the longitude that belongs to a latitude; empty where a question asks for neither. */
export function longitudeOf(key: string): string {
  return LATITUDE.test(key) ? key.replace(LATITUDE, "_lon") : "";
}

/** The degrees of both answers; null where one is missing or lies outside the world. */
export function pointOf(latitude: unknown, longitude: unknown): readonly [longitude: number, latitude: number] | null {
  if (latitude === undefined || latitude === "" || longitude === undefined || longitude === "") return null;
  const [up, across] = [Number(latitude), Number(longitude)];
  return Math.abs(up) <= 90 && Math.abs(across) <= 180 ? [across, up] : null;
}

/** The browser asks the officer first; nothing is taken before the button is pressed. */
export function PositionButton({ onTake }: { readonly onTake: (latitude: string, longitude: string) => void }) {
  const [state, setState] = useState<"" | "busy" | "failed">("");
  const take = (): void => {
    setState("busy");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setState("");
        onTake(coords.latitude.toFixed(PLACES), coords.longitude.toFixed(PLACES));
      },
      () => setState("failed"),
      { enableHighAccuracy: true, timeout: PATIENCE_MS },
    );
  };
  return (
    <>
      <Button look="text" busy={state === "busy"} onClick={take}>
        {t("form.position")}
      </Button>
      <span role="status">{state === "failed" && ` ${t("form.position_failed")}`}</span>
    </>
  );
}

/** Where a point of the world lies, roughly; the degrees stand in the questions. */
export function PointMap({ answers, latitude, longitude }: { readonly answers: Answers; readonly latitude: string; readonly longitude: string }) {
  const path = useCoast();
  const point = pointOf(answers[latitude], answers[longitude]);
  if (point === null) return null;
  const spot = project(...point);
  const { x, y, width, height } = frameAround([spot]);
  return (
    <svg class="world point" viewBox={`${x} ${y} ${width} ${height}`} role="img" aria-label={t("form.position_map", { latitude: decimal(String(answers[latitude])), longitude: decimal(String(answers[longitude])) })}>
      <path class="land" d={path} />
      <circle cx={spot.x} cy={spot.y} r={width * 0.012} stroke-width={width * 0.005} />
    </svg>
  );
}
