// The session of this page. An expired session keeps the screens and all that was typed until the person has logged in
// again.
import { store } from "../../app/store.ts";

export interface Session {
  token: string | null;
  /** The server refuses the token. */
  expired: boolean;
  /** The person's id once known: if another person logs in, the screens start afresh. */
  userId: string | null;
}

// In session storage: two tabs may have two logins, and a reload keeps the login.
const KEY = "saisine.token";

export const session = store<Session>({ token: sessionStorage.getItem(KEY), expired: false, userId: null });

export function logIn(token: string): void {
  sessionStorage.setItem(KEY, token);
  session.set((before) => ({ ...before, token, expired: false }));
}

/** Ends the session of this page, then `leave`s to the issuer, which needs what it has stored here. */
export async function logOut(leave: () => Promise<void>): Promise<void> {
  for (const key of Object.keys(sessionStorage)) if (!key.startsWith("oidc.")) sessionStorage.removeItem(key);
  session.set({ token: null, expired: false, userId: null });
  try {
    await leave();
  } finally {
    sessionStorage.clear();
  }
}

/** Marks the session as expired after the server refused `token`, unless a newer token is there. */
export function expire(token: string | null): void {
  session.set((now) => (now.token === token && now.token !== null ? { ...now, expired: true } : now));
}

/** Resolves once there is a session that has not expired. */
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
