// Desktop notifications of new and returned tickets, if switched on, while the page is hidden.
import type { Client } from "@urql/core";
import { WatchInboxDocument } from "../../gql/graphql.ts";
import type { Words } from "../../i18n/fr.ts";
import { follow } from "../../net/follow.ts";

/** Asks the browser for permission; returns whether it was given. */
export async function mayNotify(): Promise<boolean> {
  if (!("Notification" in window)) return false;
  return (await Notification.requestPermission()) === "granted";
}

/** Follows the tickets to process and shows notifications. A click calls `open` with the ticket's number. */
export function followAlerts(client: Client, me: string, t: Words, open: (number: string) => void): () => void {
  let cursor: string | null = null;
  return follow(client, WatchInboxDocument, () => ({ tab: "TO_PROCESS" as const, after: cursor }), {
    data({ inboxChanges: { kind, ticket, activity, cursor: reached } }) {
      cursor = reached;
      if (kind !== "ENTERED" || !ticket || activity?.actor?.id === me || document.visibilityState === "visible") return;
      if (Notification.permission !== "granted") return;
      const title = activity?.kind === "SUBMITTED" ? t.alerts.entered(ticket.number) : t.alerts.returned(ticket.number);
      const notification = new Notification(title, { body: ticket.shortDescription, tag: ticket.id });
      notification.onclick = () => {
        window.focus();
        open(ticket.number);
        notification.close();
      };
    },
  });
}
