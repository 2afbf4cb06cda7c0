// The table of « Tickets reçus », with headers that sort.
import type { InboxTab, OrderDirection, TicketOrderField } from "../../gql/graphql.ts";
import { useLanguage } from "../../i18n/index.ts";
import type { LiveRow } from "./rows.ts";
import { Cell, NumberHead, StatusCell, TicketRow, TicketTable } from "./TicketTable.tsx";

type Column = keyof ReturnType<typeof useLanguage>["t"]["inbox"]["columns"];

const COLUMNS: { name: Column; field?: TicketOrderField }[] = [
  { name: "number", field: "NUMBER" },
  { name: "shortDescription" },
  { name: "submittedAt", field: "SUBMITTED_AT" },
  { name: "category", field: "CATEGORY" },
  { name: "subcategory" },
  { name: "status", field: "STATUS" },
  { name: "stateReason" },
  { name: "assignee", field: "ASSIGNEE" },
];

/** The tabs of open tickets: only open tickets have a state reason. */
const WITH_REASON: readonly InboxTab[] = ["MY_TICKETS_TO_PROCESS", "TO_PROCESS"];

interface Props {
  tab: InboxTab;
  rows: readonly LiveRow[];
  caption: string;
  field: TicketOrderField;
  direction: OrderDirection;
  onSort(field: TicketOrderField, direction: OrderDirection): void;
  busy: boolean;
  me: string;
}

export function InboxTable({ tab, rows, caption, field, direction, onSort, busy, me }: Props) {
  const { t } = useLanguage();
  const hasReason = WITH_REASON.includes(tab);
  const head = COLUMNS.filter(({ name }) => name !== "stateReason" || hasReason).map((column) => {
    const sorted = column.field === field;
    const words = t.inbox.columns[column.name];
    const shown = column.name === "number" ? <NumberHead /> : words;
    return (
      <th
        key={column.name}
        scope="col"
        role="columnheader"
        aria-sort={sorted ? (direction === "ASC" ? "ascending" : "descending") : undefined}
      >
        {column.field ? (
          <button
            type="button"
            className={`sort${sorted ? ` sort--${direction.toLowerCase()}` : ""}`}
            title={t.inbox.sortBy(words)}
            onClick={() => onSort(column.field!, sorted === (direction === "DESC") ? "ASC" : "DESC")}
          >
            {shown}
            <span className="sort__sign" aria-hidden="true" />
          </button>
        ) : (
          shown
        )}
      </th>
    );
  });
  const columns = t.inbox.columns;
  return (
    <TicketTable caption={caption} busy={busy} head={head}>
      {rows.map(({ ticket, mark }) => (
        <TicketRow key={ticket.id} ticket={ticket} {...(mark && { mark })}>
          <Cell label={columns.subcategory}>{ticket.subcategory.label}</Cell>
          <StatusCell ticket={ticket} />
          {hasReason && <Cell label={columns.stateReason}>{ticket.stateReasonLabel ?? <Nothing />}</Cell>}
          <Cell label={columns.assignee} className={`row__person${ticket.assignee?.id === me ? " row__mine" : ""}`}>
            {ticket.assignee?.displayName ?? <span className="muted">{t.common.nobody}</span>}
          </Cell>
        </TicketRow>
      ))}
    </TicketTable>
  );
}

function Nothing() {
  const { t } = useLanguage();
  return (
    <span className="muted">
      <span aria-hidden="true">–</span>
      <span className="hidden">{t.common.none}</span>
    </span>
  );
}
