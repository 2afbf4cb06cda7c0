// The list that was on the screen last: the way back from a ticket. It stands apart from the router, which imports the
// pages that ask for it.
import type { InboxSearch } from "../features/inbox/search.ts";

let last: InboxSearch = {};

export const lastInbox = () => last;

export function keepInbox(search: InboxSearch): void {
  last = search;
}
