// Whether what is on the screen is up to date: the one answer of all subscriptions of the page.
//
// `live` means: the last word with the server is seconds old, and every subscription that a screen asked for is running.
import { store } from "../app/store.ts";

export type LinkState = "live" | "reconnecting" | "offline";

export const link = store<LinkState>("reconnecting");

const waiting = new Set<object>();
const wakers = new Set<() => void>();

function tell(): void {
  if (!navigator.onLine) link.set("offline");
  else link.set(waiting.size === 0 ? "live" : "reconnecting");
}

/** `who` is not up to date. */
export function behind(who: object): void {
  waiting.add(who);
  tell();
}

/** `who` is up to date again, or has gone. */
export function upToDate(who: object): void {
  waiting.delete(who);
  tell();
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/** Milliseconds to wait after so many failures: longer each time, and never the same for everybody. */
export function backOff(failures: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures) * (0.5 + Math.random() / 2);
}

/** Calls back when it makes sense to try at once: the network is back, the machine or the page woke up. */
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

// A timer that comes much too late tells of a machine that slept.
const BEAT = 5_000;
let last = Date.now();
if (!navigator.onLine) tell(); // otherwise nothing is up to date before it has been read
setInterval(() => {
  if (Date.now() - last > 3 * BEAT) wake();
  last = Date.now();
}, BEAT);
