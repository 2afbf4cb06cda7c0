// The five counters, followed while an agent is logged in. The tabs and the page's title use them.
import type { Client } from "@urql/core";
import { store } from "../../app/store.ts";
import { WatchTabCountsDocument, type InboxTab } from "../../gql/graphql.ts";
import { follow } from "../../net/follow.ts";

export type Counts = Readonly<Partial<Record<InboxTab, number>>>;

export const deskCounts = store<Counts | null>(null);

export function countsOf(tabs: readonly { tab: InboxTab; count: number }[]): Counts {
  return Object.fromEntries(tabs.map((one) => [one.tab, one.count]));
}

export function followCounts(client: Client): () => void {
  const stop = follow(client, WatchTabCountsDocument, () => ({}), {
    data: (data) => deskCounts.set(countsOf(data.tabCounts)),
  });
  return () => {
    stop();
    deskCounts.set(null);
  };
}
