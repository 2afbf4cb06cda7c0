// A person's preferences on this machine. They are never sent to the server.
import { store } from "./store.ts";

export interface Preferences {
  language: "fr" | "en";
  theme: "auto" | "light" | "dark";
  /** Desktop notifications of new and returned tickets. */
  notify: boolean;
  /** The number of tickets to process in the title of the page. */
  badge: boolean;
}

const KEY = "saisine.preferences";
const DEFAULTS: Preferences = { language: "fr", theme: "auto", notify: false, badge: true };

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

export const preferences = store(read());

export function prefer(change: Partial<Preferences>): void {
  preferences.set((before) => ({ ...before, ...change }));
}

function apply(): void {
  const now = preferences.get();
  document.documentElement.lang = now.language;
  if (now.theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = now.theme;
  localStorage.setItem(KEY, JSON.stringify(now));
}

preferences.watch(apply);
apply();
