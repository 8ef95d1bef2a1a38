/** A screen that is loaded when it is first opened; it is kept on the device with the rest. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Skeleton } from "./basics.tsx";

export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [Screen, setScreen] = useState<ComponentType<Props> | null>(() => loaded);
    useEffect(() => {
      if (loaded !== null) return;
      void load().then((found) => {
        loaded = found;
        setScreen(() => found);
      });
    }, []);
    if (Screen !== null) return <Screen {...props} />;
    return (
      <main class="page" id="content" tabIndex={-1}>
        <Skeleton lines={12} />
      </main>
    );
  };
}
