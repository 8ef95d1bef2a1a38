/** A newer build is offered, never forced; the browser's promise to keep things is asked for and remembered. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";

let updates: typeof import("../../src/app/updates.ts");

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  updates = await import("../../src/app/updates.ts");
});

afterEach(() => {
  vi.useRealTimers();
});

class FakeRegistration extends EventTarget {
  installing: EventTarget | null = null;
  waiting: { said: unknown[]; postMessage(message: unknown): void } | null = null;
  looks = 0;

  update(): Promise<void> {
    this.looks++;
    return Promise.reject(new TypeError("offline"));
  }

  bring(): void {
    const worker = new EventTarget();
    this.installing = worker;
    this.dispatchEvent(new Event("updatefound"));
    const said: unknown[] = [];
    this.waiting = { said, postMessage: (message) => said.push(message) };
    worker.dispatchEvent(new Event("statechange"));
  }
}

class FakeContainer extends EventTarget {
  readonly registration = new FakeRegistration();
  readonly told: unknown[] = [];
  readonly ready = Promise.resolve({ active: { postMessage: (message: unknown) => this.told.push(message) } });

  constructor(readonly controller: object | null) {
    super();
  }

  register(): Promise<FakeRegistration> {
    return Promise.resolve(this.registration);
  }
}

async function opened(controller: object | null): Promise<{ container: FakeContainer; reloads: () => number; reload: () => void }> {
  const container = new FakeContainer(controller);
  let count = 0;
  const reload = (): void => void count++;
  await updates.keepApp(container as unknown as ServiceWorkerContainer, reload);
  return { container, reloads: () => count, reload };
}

test("the worker is told of fonts that came before it, and of those that come later", async () => {
  let come: (list: { getEntries(): readonly { readonly name: string }[] }) => void = () => undefined;
  const observed: unknown[] = [];
  vi.stubGlobal("PerformanceObserver", class {
    constructor(then: typeof come) {
      come = then;
    }

    observe(wanted: unknown): void {
      observed.push(wanted);
    }
  });
  const { container } = await opened(null);
  await container.ready;
  await Promise.resolve();
  vi.unstubAllGlobals();
  expect(observed).toEqual([{ type: "resource", buffered: true }]);
  come({ getEntries: () => ["/assets/noto.woff2", "/assets/a.js", "/v1/session"].map((path) => ({ name: `https://cencomm.example${path}` })) });
  come({ getEntries: () => [{ name: "https://cencomm.example/v1/account" }] });
  expect(container.told).toEqual([{ type: "keep_fonts", paths: ["/assets/noto.woff2"] }]);
});

test("the first build that is kept is no news", async () => {
  const { container, reloads } = await opened(null);
  container.registration.bring();
  container.dispatchEvent(new Event("controllerchange"));
  expect([updates.updateReady.value, reloads()]).toEqual([false, 0]);
});

test("a newer build is offered; reloading waits for the reader, and for the build to take over", async () => {
  const { container, reloads, reload } = await opened({});
  expect(updates.updateReady.value).toBe(false);
  container.registration.bring();
  expect([updates.updateReady.value, reloads()]).toEqual([true, 0]);
  updates.takeUpdate(reload);
  expect([container.registration.waiting?.said, reloads()]).toEqual([[{ type: "take_over" }], 0]);
  container.dispatchEvent(new Event("controllerchange"));
  expect(reloads()).toBe(1);
});

test("what another tab took is offered here, and this page is not torn away", async () => {
  const { container, reloads, reload } = await opened({});
  container.dispatchEvent(new Event("controllerchange"));
  expect([updates.updateReady.value, reloads()]).toEqual([true, 0]);
  updates.takeUpdate(reload);
  expect(reloads()).toBe(1);
});

test.each([
  ["answers nothing", () => Promise.resolve(undefined)],
  ["refuses", () => Promise.reject(new DOMException("blocked", "SecurityError"))],
  ["refuses by its type", () => Promise.reject(new TypeError("blocked"))],
])("a browser that %s to a service worker has the app all the same, and is told that it will not open offline", async (_, register) => {
  const container = Object.assign(new EventTarget(), { controller: null, register });
  await updates.keepApp(container as unknown as ServiceWorkerContainer, () => expect.unreachable());
  expect(updates.opensOffline.value).toBe(false);
  updates.takeUpdate(() => undefined);
});

test("a browser without service workers has the app, too; with one it opens offline", async () => {
  await updates.keepApp(undefined, () => expect.unreachable());
  expect(updates.opensOffline.value).toBe(false);
  await opened(null);
  expect(updates.opensOffline.value).toBe(true);
});

test("what is wrong with the app itself is not hidden as a blocked service worker", async () => {
  const container = Object.assign(new EventTarget(), { controller: null, register: () => Promise.reject(new RangeError("ours")) });
  await expect(updates.keepApp(container as unknown as ServiceWorkerContainer, () => undefined)).rejects.toThrow(RangeError);
});

test("it is looked for now and then, also when that fails", async () => {
  const { container } = await opened({});
  await vi.advanceTimersByTimeAsync(2 * 3_600_000);
  expect(container.registration.looks).toBe(2);
});

test("the browser is asked once to keep what is stored, and its answer is known", async () => {
  const { askToKeep, storageKept } = await import("../../src/app/storage.ts");
  expect(storageKept.value).toBeNull();
  let asked = 0;
  const storage = (kept: boolean, answer: boolean) => ({ persisted: () => Promise.resolve(kept), persist: () => (asked++, Promise.resolve(answer)) });
  await askToKeep(undefined);
  expect(storageKept.value).toBeNull();
  await askToKeep(storage(false, false));
  expect([storageKept.value, asked]).toEqual([false, 1]);
  await askToKeep(storage(true, false));
  expect([storageKept.value, asked]).toEqual([true, 1]);
  await askToKeep({ persisted: () => Promise.reject(new TypeError("private")), persist: () => Promise.resolve(true) });
  expect(storageKept.value).toBe(false);
});
