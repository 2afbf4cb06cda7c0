// One ticket: « Contenu du ticket », « Activités », « Pièces jointes », and the « Actions » menu.
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { lastInbox } from "../../app/lastInbox.ts";
import { useTitle } from "../../app/title.ts";
import type { TicketAction } from "../../gql/graphql.ts";
import { useLanguage } from "../../i18n/index.ts";
import { Icon } from "../../ui/icons.tsx";
import { Empty, Failed, Loading, Notice, StatusTag } from "../../ui/surfaces.tsx";
import { ActionDialog } from "../actions/ActionDialog.tsx";
import { ActionsMenu } from "../actions/ActionsMenu.tsx";
import { receives, useViewer } from "../session/viewer.ts";
import { Activities } from "./Activities.tsx";
import { Attachments, filesOf } from "./Attachments.tsx";
import { Content } from "./Content.tsx";
import { useTicket, type Ticket } from "./useTicket.ts";

const route = getRouteApi("/tickets/$number");
export type Part = "contenu" | "activites" | "pieces-jointes";

export function TicketPage() {
  const { number } = route.useParams();
  return <WatchedTicket key={number} number={number} />;
}

function WatchedTicket({ number }: { number: string }) {
  const { t } = useLanguage();
  const { vue } = route.useSearch();
  const navigate = useNavigate();
  const { ticket, fresh, state, retry, learn } = useTicket(number);
  // The ticket as it was when the window was opened: the action is sent for that version.
  const [acting, setActing] = useState<{ action: TicketAction; seen: Ticket } | null>(null);
  useTitle(t.ticket.title(number));

  const open = (part: Part) =>
    void navigate({ to: "/tickets/$number", params: { number }, search: part === "contenu" ? {} : { vue: part }, replace: true });

  return (
    <div className="page">
      <BackLink />
      {state === "loading" && <Loading />}
      {state === "failed" && <Failed onRetry={retry} />}
      {state === "missing" && <Empty title={t.ticket.missing} />}
      {state === "gone" && (
        <Notice kind="warning" alert>
          <p>{t.ticket.gone}</p>
        </Notice>
      )}
      {ticket && state === "ready" && (
        <>
          <TicketHead ticket={ticket} onAction={(action) => setActing({ action, seen: ticket })} />
          <Tabs className="tabs" selectedKey={vue ?? "contenu"} onSelectionChange={(key) => open(key as Part)}>
            <TabList className="tabs__list" aria-label={t.ticket.parts}>
              <Tab id="contenu" className="tabs__tab">
                {t.ticket.content}
              </Tab>
              <Tab id="activites" className="tabs__tab">
                {t.ticket.activities} <span className="tabs__count">{ticket.activities.nodes.length}</span>
              </Tab>
              <Tab id="pieces-jointes" className="tabs__tab">
                {t.ticket.attachments} <span className="tabs__count">{filesOf(ticket).length}</span>
              </Tab>
            </TabList>
            <TabPanel id="contenu" className="tabs__panel">
              <Content ticket={ticket} />
            </TabPanel>
            <TabPanel id="activites" className="tabs__panel">
              <Activities activities={ticket.activities.nodes} fresh={fresh} />
            </TabPanel>
            <TabPanel id="pieces-jointes" className="tabs__panel">
              <Attachments ticket={ticket} />
            </TabPanel>
          </Tabs>
        </>
      )}
      {acting && ticket && (
        <ActionDialog
          key={acting.action}
          action={acting.action}
          seen={acting.seen}
          ticket={ticket}
          gone={state === "gone"}
          onLearn={learn}
          onAction={(action) => setActing({ action, seen: ticket })}
          onClose={() => setActing(null)}
        />
      )}
    </div>
  );
}

function BackLink() {
  const { t } = useLanguage();
  const viewer = useViewer();
  return receives(viewer) ? (
    <Link to="/recus" search={lastInbox()} className="back">
      <Icon name="left" />
      {t.ticket.back}
    </Link>
  ) : (
    <Link to="/emis" className="back">
      <Icon name="left" />
      {t.ticket.backSent}
    </Link>
  );
}

function TicketHead({ ticket, onAction }: { ticket: Ticket; onAction(action: TicketAction): void }) {
  const { t, longMoment } = useLanguage();
  const columns = t.inbox.columns;
  // A change makes the facts flash for a moment.
  const [changed, setChanged] = useState(false);
  const [seen, setSeen] = useState(ticket.version);
  useEffect(() => {
    if (ticket.version === seen) return;
    setSeen(ticket.version);
    setChanged(true);
  }, [ticket.version, seen]);
  return (
    <header className="head">
      <div className="head__main">
        <p className="head__number">{t.ticket.title(ticket.number)}</p>
        <h1>{ticket.shortDescription}</h1>
      </div>
      <ActionsMenu actions={ticket.availableActions} onAction={onAction} />
      <dl className={`facts${changed ? " facts--changed" : ""}`} key={ticket.version}>
        <Fact name={columns.status}>
          <StatusTag status={ticket.status} label={ticket.statusLabel} />
        </Fact>
        {ticket.stateReasonLabel && <Fact name={columns.stateReason}>{ticket.stateReasonLabel}</Fact>}
        <Fact name={columns.assignee}>{ticket.assignee?.displayName ?? <span className="muted">{t.common.nobody}</span>}</Fact>
        <Fact name={columns.submittedAt}>{longMoment(ticket.submittedAt)}</Fact>
        <Fact name={t.ticket.updatedAt}>{longMoment(ticket.updatedAt)}</Fact>
      </dl>
    </header>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="facts__one">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
