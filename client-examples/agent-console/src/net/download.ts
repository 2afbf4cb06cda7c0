// Downloads an attachment: the request needs an Authorization header, which a plain link cannot send.
import { preferences } from "../app/preferences.ts";
import { expire, session } from "../features/session/session.ts";

export class Refused extends Error {}

/** Saves the file under its name. Errors: Refused with the server's message for people; those of `fetch`. */
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
