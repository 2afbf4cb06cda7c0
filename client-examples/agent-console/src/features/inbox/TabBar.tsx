// The five tabs of « Tickets reçus », each with its counter.
import { useEffect, useRef, type ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { InboxTab } from "../../gql/graphql.ts";
import { useLanguage } from "../../i18n/index.ts";
import type { Counts } from "./counts.ts";

interface Props {
  tab: InboxTab;
  labels: readonly { tab: InboxTab; label: string }[];
  counts: Counts;
  onTab(tab: InboxTab): void;
  children: ReactNode;
}

export function TabBar({ tab, labels, counts, onTab, children }: Props) {
  const { t } = useLanguage();
  const list = useRef<HTMLDivElement>(null);
  // Where the five do not fit, the selected tab is scrolled into view.
  useEffect(() => {
    const drawn = requestAnimationFrame(() =>
      list.current?.querySelector("[data-selected]")?.scrollIntoView({ block: "nearest", inline: "center" }),
    );
    return () => cancelAnimationFrame(drawn);
  }, [tab, labels]);
  return (
    <Tabs className="tabs" selectedKey={tab} onSelectionChange={(key) => onTab(key as InboxTab)} keyboardActivation="manual">
      <TabList ref={list} className="tabs__list" aria-label={t.inbox.tabs}>
        {labels.map((one) => (
          <Tab key={one.tab} id={one.tab} className="tabs__tab">
            <span>{one.label}</span> <span className="tabs__count">{counts[one.tab] ?? "…"}</span>
          </Tab>
        ))}
      </TabList>
      <TabPanel id={tab} className="tabs__panel">
        {children}
      </TabPanel>
    </Tabs>
  );
}
