/** Trusted Types: the page makes no markup from text; only its own scripts may become workers. */

interface PolicyFactory {
  createPolicy(name: string, rules: { readonly createScriptURL: (url: string) => string }): unknown;
}

/** Scripts of this origin's build, and nothing else. Throws TypeError. */
export function ownScript(url: string, base: string): string {
  const wanted = new URL(url, base);
  const own = new URL(base);
  if (wanted.origin !== own.origin || !/^\/(?:assets\/[\w.-]+\.js|service-worker\.js)$/u.test(wanted.pathname)) throw new TypeError("not a script of this page");
  return wanted.href;
}

export function guardScripts(): void {
  const factory = (globalThis as { readonly trustedTypes?: PolicyFactory }).trustedTypes;
  factory?.createPolicy("default", { createScriptURL: (url) => ownScript(url, location.href) });
}
