// The address of the list shown last, for the way back from a ticket. It is apart from the router because the pages that
// the router imports use it.
import type { InboxSearch } from "../features/inbox/search.ts";

let last: InboxSearch = {};

export const lastInbox = () => last;

export function keepInbox(search: InboxSearch): void {
  last = search;
}
