/**
 * Reading a QR code with the camera: by the browser's own detector, or else by ours (`qr`), which comes only then.
 *
 * The pictures stay in this page.
 */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.ts";
import { Button, Note } from "../../ui/basics.tsx";

/** The text of a code that is in the picture; null where there is none. */
type Look = (video: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorType {
  new (options: { readonly formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

const EVERY_MS = 200;
/** Enough for the densest code that is shown; more only takes longer. */
const WIDEST = 960;

export function canScan(): boolean {
  return (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia !== undefined;
}

export function Camera({ onFound, onStop }: { readonly onFound: (text: string) => void; readonly onStop: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let over = false;
    const end = (): void => {
      over = true;
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const watch = async (): Promise<void> => {
      const look = await looking();
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
      const element = video.current;
      if (over || element === null) return end();
      element.srcObject = stream;
      await element.play();
      while (!over) {
        const found = await look(element);
        if (found !== null) return onFound(found);
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    };
    watch().catch(() => {
      if (!over) setFailed(true);
    });
    return end;
  }, []);
  if (failed) {
    return (
      <Note tone="warning" icon="triangle-alert" alert>
        {t("gate.scan_failed")}
      </Note>
    );
  }
  return (
    <div class="stack">
      <div class="camera">
        <video ref={video} muted playsInline aria-label={t("gate.scan")} />
      </div>
      <Button onClick={onStop}>{t("gate.scan_stop")}</Button>
    </div>
  );
}

async function looking(): Promise<Look> {
  const own = (globalThis as { readonly BarcodeDetector?: DetectorType }).BarcodeDetector;
  // On Linux and Windows Chromium has the class and nothing behind it.
  if (own === undefined || !(await own.getSupportedFormats()).includes("qr_code")) return await decoding();
  const detector = new own({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

async function decoding(): Promise<Look> {
  const { decodeQR } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const { videoWidth, videoHeight } = video;
    if (context === null || videoWidth === 0) return null;
    const scale = Math.min(1, WIDEST / videoWidth);
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // none in this picture
    }
  };
}
