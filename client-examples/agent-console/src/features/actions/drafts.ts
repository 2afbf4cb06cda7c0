// Drafts of messages, kept until they are sent, over an expired login, a reload and changes of the ticket. Text is in
// this tab's session storage; files are kept only while the page is open.

const files = new Map<string, File[]>();
const KEY = "saisine.draft.";

export interface Draft {
  text: string;
  files: File[];
}

export function readDraft(name: string): Draft {
  return { text: sessionStorage.getItem(KEY + name) ?? "", files: files.get(name) ?? [] };
}

export function keepDraft(name: string, draft: Draft): void {
  if (draft.text) sessionStorage.setItem(KEY + name, draft.text);
  else sessionStorage.removeItem(KEY + name);
  if (draft.files.length > 0) files.set(name, draft.files);
  else files.delete(name);
}

export function dropDraft(name: string): void {
  keepDraft(name, { text: "", files: [] });
}
