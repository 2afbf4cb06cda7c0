// The server's configuration, from `/console/config.json`: the issuer, and the limits that forms mention.

export interface Config {
  /** Whether the server is a demo, whose logins are listed at /demo/logins. */
  demo: boolean;
  /** The OpenID Connect issuer; empty in the demo. */
  issuer: string;
  clientId: string;
  shortDescriptionMax: number;
  messageMax: number;
  attachmentMaxBytes: number;
  attachmentMaxCount: number;
}

let known: Config | undefined;

export async function readConfig(): Promise<void> {
  const response = await fetch(`${import.meta.env.BASE_URL}config.json`, { cache: "no-store" });
  if (!response.ok) throw new Error(`config.json: ${response.status}`);
  known = (await response.json()) as Config;
}

/** The configuration, read before the first screen. */
export function config(): Config {
  if (!known) throw new Error("config() before readConfig()");
  return known;
}
