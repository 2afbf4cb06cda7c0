// The text of the Headers tab, and the headers that are sent of it. fetcher.ts sends them, storage.ts stores
// them.
import { parse } from "jsonc-parser";

export type Headers = Record<string, string>;

const PLACEHOLDER = "PASTE-A-TOKEN-HERE";

export const DEFAULT_HEADERS = asText({ Authorization: `Bearer ${PLACEHOLDER}` });

/** The headers to send: those that were typed, without an Authorization that still has the placeholder. */
export function headersToSend(typed: Record<string, unknown> = {}): Headers {
  const entries = Object.entries(typed)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => [name, String(value)] as const)
    .filter(([name, value]) => !(isAuthorization(name) && value.includes(PLACEHOLDER)));
  return Object.fromEntries(entries);
}

/** The same as the payload of connection_init, since browsers can't set headers of a WebSocket. */
export function connectionPayload(typed?: Record<string, unknown>): Headers {
  const payload: Headers = {};
  for (const [name, value] of Object.entries(headersToSend(typed))) {
    if (isAuthorization(name)) payload.authorization = value;
    if (name.toLowerCase() === "accept-language") payload.acceptLanguage = value;
  }
  return payload;
}

/** The text of a Headers tab with its Authorization replaced and its other headers kept. */
export function withToken(text: string | null, token: string): string {
  const others = Object.entries(parse(text ?? "") ?? {}).filter(([name]) => !isAuthorization(name));
  return asText({ Authorization: `Bearer ${token}`, ...Object.fromEntries(others) });
}

function isAuthorization(name: string): boolean {
  return name.toLowerCase() === "authorization";
}

function asText(headers: Record<string, unknown>): string {
  return JSON.stringify(headers, null, 2);
}
