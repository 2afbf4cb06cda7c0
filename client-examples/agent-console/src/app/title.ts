// The title of the page, with the number of tickets to process where the person has chosen so.
import { useEffect } from "react";
import { deskCounts } from "../features/inbox/counts.ts";
import { preferences } from "./preferences.ts";
import { useStore } from "./store.ts";

export function useTitle(title: string): void {
  const { badge } = useStore(preferences);
  const count = useStore(deskCounts)?.MY_TICKETS_TO_PROCESS ?? 0;
  useEffect(() => {
    document.title = `${badge && count > 0 ? `(${count}) ` : ""}${title} – Saisine`;
  }, [title, badge, count]);
}
