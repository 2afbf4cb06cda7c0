// The refusal of an action, in its window: the server's message, what others did meanwhile, what to do next.
import { useLanguage } from "../../i18n/index.ts";
import { Button } from "../../ui/controls.tsx";
import { Notice } from "../../ui/surfaces.tsx";
import type { Activity, Ticket } from "../ticket/useTicket.ts";
import type { Refused } from "./perform.ts";

/** The activities of a ticket that `since` does not have. */
export function newsOf(ticket: Ticket, since: Ticket): Activity[] {
  const known = new Set(since.activities.nodes.map((one) => one.id));
  return ticket.activities.nodes.filter((one) => !known.has(one.id));
}

function News({ ticket, since }: { ticket: Ticket; since: Ticket }) {
  const { t, moment } = useLanguage();
  const news = newsOf(ticket, since);
  if (news.length === 0) return null;
  return (
    <ul className="news">
      {news.map((one) => (
        <li key={one.id}>
          <strong>{t.inbox.by(one.label, one.actor?.displayName ?? t.ticket.system)}</strong>
          {one.kind === "ASSIGNED" && one.assigneeAfter && one.assigneeAfter.id !== one.actor?.id && (
            <span> {t.ticket.assignedTo(one.assigneeAfter.displayName)}</span>
          )}
          <span className="help"> {moment(one.occurredAt)}</span>
          {one.message && <span className="news__message">{one.message}</span>}
        </li>
      ))}
    </ul>
  );
}

interface MovedProps {
  ticket: Ticket;
  since: Ticket;
  gone: boolean;
  possible: boolean;
}

/** Warns before sending that the ticket has changed since the window was opened. */
export function Moved({ ticket, since, gone, possible }: MovedProps) {
  const { t } = useLanguage();
  return (
    <Notice kind="warning" title={t.actions.movedTitle} alert>
      <News ticket={ticket} since={since} />
      <p>{gone ? t.actions.goneNow : possible ? t.actions.moved : t.actions.notPossible}</p>
    </Notice>
  );
}

interface RefusalProps extends MovedProps {
  refused: Refused;
  onAssign(): void;
}

export function Refusal({ refused, ticket, since, gone, possible, onAssign }: RefusalProps) {
  const { t } = useLanguage();
  const inFields = refused.code === "INVALID_INPUT" || refused.code === "ATTACHMENT_REJECTED";
  return (
    <Notice kind="danger" title={t.actions.refusedTitle} alert>
      <p>{refused.message}</p>
      <News ticket={ticket} since={since} />
      {!inFields && <p>{gone || !refused.currentTicket ? t.actions.goneNow : possible ? t.actions.stillPossible : t.actions.notPossible}</p>}
      {refused.code === "NOT_ASSIGNED" && ticket.availableActions.includes("ASSIGN_TO_ME") && (
        <>
          <p>{t.actions.notAssigned}</p>
          <Button onPress={onAssign}>{t.actions.assignFirst}</Button>
        </>
      )}
    </Notice>
  );
}
