// Login at the issuer: authorization code with PKCE (oidc-client-ts). Loaded only where an issuer is configured.
import { UserManager, WebStorageStateStore } from "oidc-client-ts";
import { config } from "../../app/config.ts";
import { logIn } from "./session.ts";

/** The redirect path inside the console. */
export const RETURN_PATH = `${import.meta.env.BASE_URL}retour`;

let made: UserManager | undefined;

function manager(): UserManager {
  if (made) return made;
  made = new UserManager({
    authority: config().issuer,
    client_id: config().clientId,
    redirect_uri: `${location.origin}${RETURN_PATH}`,
    post_logout_redirect_uri: `${location.origin}${import.meta.env.BASE_URL}`,
    response_type: "code",
    scope: "openid profile",
    // Tokens are renewed by refresh token where the issuer gives one; no hidden frame is used.
    automaticSilentRenew: true,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
  });
  made.events.addUserLoaded((user) => logIn(user.access_token));
  return made;
}

/** Goes to the issuer, which comes back to the present address. */
export async function leaveToLogIn(): Promise<void> {
  await manager().signinRedirect({ state: location.pathname + location.search });
}

/** Logs in again in a window of its own, so that this page keeps all that was typed. */
export async function logInAgain(): Promise<void> {
  await manager().signinPopup();
}

/** Completes the login at the redirect path, in the popup or in the page. Returns the address to go on at. */
export async function comeBack(): Promise<string> {
  const user = await manager().signinCallback();
  if (!user) return import.meta.env.BASE_URL;
  logIn(user.access_token);
  const wanted = typeof user.state === "string" ? user.state : "";
  return wanted.startsWith(import.meta.env.BASE_URL) ? wanted : import.meta.env.BASE_URL;
}

/** Resumes the renewal of a login that a reload found in storage. */
export function resume(): void {
  manager();
}

/** Ends the session at the issuer, which comes back to the console; only the one here if the issuer ends none. */
export async function leaveToLogOut(): Promise<void> {
  if (await manager().metadataService.getEndSessionEndpoint()) await manager().signoutRedirect();
  else await manager().removeUser();
}
