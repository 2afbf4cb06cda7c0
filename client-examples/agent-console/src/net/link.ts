// Whether the screen is up to date: one state for all reads and subscriptions of the page.
//
// `live` means that the server has answered within seconds and that every subscription of the screen is running.
import { store } from "../app/store.ts";

export type LinkState = "live" | "reconnecting" | "offline";

export const link = store<LinkState>("reconnecting");

const waiting = new Set<object>();
const wakers = new Set<() => void>();

function tell(): void {
  if (!navigator.onLine) link.set("offline");
  else link.set(waiting.size === 0 ? "live" : "reconnecting");
}

/** Marks `who`, a read or a subscription, as not up to date. */
export function behind(who: object): void {
  waiting.add(who);
  tell();
}

/** Marks `who` as up to date again, or as ended. */
export function upToDate(who: object): void {
  waiting.delete(who);
  tell();
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/** Milliseconds to wait after that many failures: longer each time, with jitter so that clients spread out. */
export function backOff(failures: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures) * (0.5 + Math.random() / 2);
}

/** Calls back when a retry makes sense at once: the network is back, the machine or the page woke up. */
export function onWake(callback: () => void): () => void {
  wakers.add(callback);
  return () => wakers.delete(callback);
}

function wake(): void {
  tell();
  for (const callback of [...wakers]) callback();
}

addEventListener("online", wake);
addEventListener("offline", tell);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") wake();
});

// A timer that fires much too late means that the machine slept.
const BEAT = 5_000;
let last = Date.now();
if (!navigator.onLine) tell(); // online, the first read sets the state
setInterval(() => {
  if (Date.now() - last > 3 * BEAT) wake();
  last = Date.now();
}, BEAT);
