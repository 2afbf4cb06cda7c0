// Who is logged in on this page. A session that ends is `expired`: the screens stay, with all that was typed, until
// the person has logged in again.
import { store } from "../../app/store.ts";

export interface Session {
  token: string | null;
  /** The server no longer takes the token. */
  expired: boolean;
  /** The person's id once known: another one who logs in starts afresh. */
  userId: string | null;
}

// Of this tab: two tabs may be two people, and a reload keeps the login.
const KEY = "saisine.token";

export const session = store<Session>({ token: sessionStorage.getItem(KEY), expired: false, userId: null });

export function logIn(token: string): void {
  sessionStorage.setItem(KEY, token);
  session.set((before) => ({ ...before, token, expired: false }));
}

export function logOut(): void {
  sessionStorage.clear();
  session.set({ token: null, expired: false, userId: null });
}

/** The server refused `token`: unless there is a newer one by now, ask the person. */
export function expire(token: string | null): void {
  session.set((now) => (now.token === token && now.token !== null ? { ...now, expired: true } : now));
}

/** Resolves once there is a session that is not known to have ended. */
export function renewed(): Promise<void> {
  return new Promise((resolve) => {
    const usable = () => {
      const now = session.get();
      if (now.expired) return false;
      stop();
      resolve();
      return true;
    };
    const stop = session.watch(usable);
    usable();
  });
}
