// The table and row that all lists of tickets share. A plain table: it is read, not edited. Narrow screens show cards.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RowFragment } from "../../gql/graphql.ts";
import { useLanguage } from "../../i18n/index.ts";
import { StatusTag } from "../../ui/surfaces.tsx";
import type { Mark } from "./rows.ts";

interface TableProps {
  caption: string;
  busy: boolean;
  /** The header cells. */
  head: ReactNode;
  children: ReactNode;
}

export function TicketTable({ caption, busy, head, children }: TableProps) {
  return (
    <div className="table" aria-busy={busy}>
      <table role="table">
        <caption className="hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">{head}</tr>
        </thead>
        <tbody role="rowgroup">{children}</tbody>
      </table>
    </div>
  );
}

interface RowProps {
  ticket: RowFragment;
  mark?: Mark;
  /** The cells after the category. */
  children: ReactNode;
}

export function TicketRow({ ticket, mark, children }: RowProps) {
  const { t, moment } = useLanguage();
  const columns = t.inbox.columns;
  return (
    <tr role="row" className={mark ? `row row--${mark.kind}` : "row"} key={ticket.version} data-ticket={ticket.number}>
      <th scope="row" role="rowheader" className="row__number">
        <Link to="/tickets/$number" params={{ number: ticket.number }} className="row__link">
          {ticket.number}
        </Link>
      </th>
      <td role="cell" className="row__brief">
        <span className="row__text">{ticket.shortDescription}</span>
        {mark && (
          <span className={`mark mark--${mark.kind}`}>
            {t.inbox.marks[mark.kind]}
            {mark.label && mark.kind !== "new" && (
              <span className="mark__why"> — {mark.actor ? t.inbox.by(mark.label, mark.actor) : mark.label}</span>
            )}
          </span>
        )}
      </td>
      <Cell label={columns.submittedAt} className="row__date">
        <time dateTime={ticket.submittedAt}>{moment(ticket.submittedAt)}</time>
      </Cell>
      <Cell label={columns.category}>{ticket.category.label}</Cell>
      {children}
    </tr>
  );
}

/** The header of the ticket numbers, shorter where the window is narrow. */
export function NumberHead() {
  const { t } = useLanguage();
  return (
    <>
      <span className="head-long">{t.inbox.columns.number}</span>
      <span className="head-short">{t.inbox.numberShort}</span>
    </>
  );
}

/** A cell that shows its column's name on a narrow screen, where the table has no header. */
export function Cell({ label, className, children }: { label: string; className?: string | undefined; children: ReactNode }) {
  return (
    <td role="cell" data-label={label} className={className}>
      {children}
    </td>
  );
}

export function StatusCell({ ticket }: { ticket: RowFragment }) {
  const { t } = useLanguage();
  return (
    <Cell label={t.inbox.columns.status} className="row__status">
      <StatusTag status={ticket.status} label={ticket.statusLabel} />
    </Cell>
  );
}
