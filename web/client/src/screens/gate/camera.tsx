/** Reading the sheet's QR code with the camera, where the browser has a detector of its own. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.ts";
import { Button, Note } from "../../ui/basics.tsx";

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

declare global {
  // eslint-disable-next-line no-var
  var BarcodeDetector: (new (options: { readonly formats: readonly string[] }) => Detector) | undefined;
}

const EVERY_MS = 200;

export function canScan(): boolean {
  return globalThis.BarcodeDetector !== undefined && navigator.mediaDevices !== undefined;
}

export function Camera({ onFound, onStop }: { readonly onFound: (text: string) => void; readonly onStop: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let over = false;
    const watch = async (): Promise<void> => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const element = video.current;
      if (over || element === null) return;
      element.srcObject = stream;
      await element.play();
      const detector = new BarcodeDetector!({ formats: ["qr_code"] });
      while (!over) {
        const [found] = await detector.detect(element);
        if (found !== undefined) return onFound(found.rawValue);
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    };
    watch().catch(() => setFailed(true));
    return () => {
      over = true;
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
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
