/** What a browser needs to install the app: icons, and one manifest for each language. Made at every build. */

import type { Plugin } from "vite";

import { isRightToLeft, type Language, LANGUAGES } from "../src/i18n/catalogue.ts";
import { readCatalogue } from "../src/i18n/files.ts";
import { type Picture, pngIcon, svgIcon } from "./pictures.ts";

const PNGS: Readonly<Record<string, Picture>> = {
  "icon-192.png": { pixels: 192, full: false },
  "icon-512.png": { pixels: 512, full: false },
  "icon-maskable-512.png": { pixels: 512, full: true },
  "apple-touch-icon.png": { pixels: 180, full: true },
};

/** `--canvas` of the light theme. */
const CANVAS = "#e9edef";

export function manifest(language: Language): string {
  const said = readCatalogue(language);
  return JSON.stringify({
    id: "/",
    name: "CENcomm",
    short_name: "CENcomm",
    description: said["app.description"],
    lang: language,
    dir: isRightToLeft(language) ? "rtl" : "ltr",
    start_url: "/",
    scope: "/",
    display: "standalone",
    categories: ["business", "productivity", "government"],
    background_color: CANVAS,
    theme_color: CANVAS,
    icons: [
      { src: "/icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
      { src: "/icon-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
      { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
      { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    ],
  });
}

export function installable(): Plugin {
  return {
    name: "installable",
    apply: "build",
    buildStart() {
      const emit = (fileName: string, source: string | Uint8Array): void => void this.emitFile({ type: "asset", fileName, source });
      emit("icon.svg", svgIcon());
      for (const [name, picture] of Object.entries(PNGS)) emit(name, pngIcon(picture));
      for (const language of LANGUAGES) emit(`manifest-${language}.webmanifest`, manifest(language));
    },
  };
}
