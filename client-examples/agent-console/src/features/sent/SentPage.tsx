// « Tickets émis »: the tickets submitted by the person's structures, newest first.
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button as AriaButton } from "react-aria-components";
import { useTitle } from "../../app/title.ts";
import { useLanguage } from "../../i18n/index.ts";
import { Button } from "../../ui/controls.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Empty, Failed, Loading } from "../../ui/surfaces.tsx";
import { SearchBar } from "../inbox/Inbox.tsx";
import { Cell, NumberHead, StatusCell, TicketRow, TicketTable } from "../inbox/TicketTable.tsx";
import { useSent, type SentRow } from "./useSent.ts";

const route = getRouteApi("/emis");

export function SentPage() {
  const { t } = useLanguage();
  const { q, apres, avant } = route.useSearch();
  const navigate = route.useNavigate();
  const sent = useSent(q, apres, avant);
  useTitle(t.sent.title);
  const go = (search: { q?: string; apres?: string; avant?: string }) => void navigate({ search });

  return (
    <div className="page">
      <div className="page__head">
        <h1>{t.sent.title}</h1>
        <SearchBar query={q ?? ""} hint={t.sent.searchHint} onSearch={(typed) => go(typed ? { q: typed } : {})} />
        <Link to="/emis/nouveau" className="button button--primary">
          <Icon name="plus" />
          {t.sent.new}
        </Link>
      </div>
      {sent.failed !== null && !sent.rows ? (
        <Failed {...(sent.failed ? { message: sent.failed } : {})} onRetry={sent.refresh} />
      ) : !sent.rows ? (
        <Loading />
      ) : (
        <>
          <div className="list__head">
            <p className="list__count" role="status">
              {t.inbox.count(sent.total)}
            </p>
          </div>
          <div className="waiting" role="status">
            {sent.more > 0 && (
              <AriaButton
                className="waiting__bar"
                onPress={() => {
                  if (apres || avant) go(q ? { q } : {});
                  sent.refresh();
                }}
              >
                <Icon name="up" />
                {t.inbox.waiting(sent.more)}
                <span className="waiting__do">{t.inbox.show}</span>
              </AriaButton>
            )}
          </div>
          {sent.rows.length > 0 ? (
            <SentTable rows={sent.rows} busy={sent.loading} />
          ) : q ? (
            <Empty title={t.inbox.notFound}>
              <Button onPress={() => go({})}>{t.inbox.clear}</Button>
            </Empty>
          ) : (
            <Empty title={t.sent.empty}>
              <p>{t.sent.emptyHelp}</p>
            </Empty>
          )}
          {(sent.pageInfo?.hasPreviousPage || sent.pageInfo?.hasNextPage) && (
            <nav className="pages pages--ends" aria-label={t.pages.nav}>
              <Button
                icon="left"
                isDisabled={!sent.pageInfo.hasPreviousPage}
                onPress={() => go({ ...(q ? { q } : {}), avant: sent.pageInfo?.startCursor ?? "" })}
              >
                {t.sent.newer}
              </Button>
              <Button
                icon="right"
                isDisabled={!sent.pageInfo.hasNextPage}
                onPress={() => go({ ...(q ? { q } : {}), apres: sent.pageInfo?.endCursor ?? "" })}
              >
                {t.sent.older}
              </Button>
            </nav>
          )}
        </>
      )}
    </div>
  );
}

function SentTable({ rows, busy }: { rows: readonly SentRow[]; busy: boolean }) {
  const { t } = useLanguage();
  const columns = t.inbox.columns;
  const names = [columns.shortDescription, columns.submittedAt, columns.category, t.sent.recipient, columns.status];
  const head = (
    <>
      <th scope="col" role="columnheader">
        <NumberHead />
      </th>
      {names.map((name) => (
        <th key={name} scope="col" role="columnheader">
          {name}
        </th>
      ))}
    </>
  );
  return (
    <TicketTable caption={t.sent.title} busy={busy} head={head}>
      {rows.map(({ ticket, mark }) => (
        <TicketRow key={ticket.id} ticket={ticket} {...(mark && { mark })}>
          <Cell label={t.sent.recipient} className="row__recipient">
            {ticket.recipient.name}
            {ticket.recipient.service && <span className="help files__note">{ticket.recipient.service.name}</span>}
          </Cell>
          <StatusCell ticket={ticket} />
        </TicketRow>
      ))}
    </TicketTable>
  );
}
