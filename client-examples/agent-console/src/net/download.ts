// An attachment's bytes need the login's header, which a plain link can't carry.
import { preferences } from "../app/preferences.ts";
import { expire, session } from "../features/session/session.ts";

export class Refused extends Error {}

/** Save the file under its name. Errors: Refused with what the server says to people; the network's. */
export async function download(url: string, filename: string): Promise<void> {
  const token = session.get().token;
  const response = await fetch(url, {
    headers: { Authorization: `Bearer ${token}`, "Accept-Language": preferences.get().language },
  });
  if (response.status === 401) expire(token);
  if (!response.ok) throw new Refused(await said(response));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function said(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { errors?: { message: string }[] } | null;
  return body?.errors?.[0]?.message ?? "";
}
