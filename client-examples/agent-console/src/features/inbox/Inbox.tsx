// « Tickets reçus »: tabs, search, filters, rows and pages; the address holds their state.
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo, useState, type FormEvent } from "react";
import { Button as AriaButton, Input, Label, SearchField } from "react-aria-components";
import { useLanguage } from "../../i18n/index.ts";
import { Button, Choice } from "../../ui/controls.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Pagination } from "../../ui/Pagination.tsx";
import { Empty, Failed, Loading } from "../../ui/surfaces.tsx";
import { useTitle } from "../../app/title.ts";
import { useViewer } from "../session/viewer.ts";
import { Filters } from "./Filters.tsx";
import { InboxTable } from "./InboxTable.tsx";
import { filtersOf, FILTERS, slugOf, variablesOf, type InboxSearch } from "./search.ts";
import { TabBar } from "./TabBar.tsx";
import { useInbox } from "./useInbox.ts";

const route = getRouteApi("/recus");

export function Inbox() {
  const { t } = useLanguage();
  const viewer = useViewer();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = viewer.user.id;
  const variables = useMemo(() => variablesOf(search, me), [search, me]);
  const inbox = useInbox(variables);
  const { live } = inbox;
  const active = filtersOf(search);
  const [filtering, setFiltering] = useState(active > 0);
  useTitle(t.inbox.title);

  // A change of tab, search, filter, order or rows shows the first page.
  const go = (change: Partial<InboxSearch>) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...change }), replace: false });
  const { field, direction } = variables.orderBy;

  function showWaiting() {
    if (variables.page > 1) go({});
    inbox.refresh();
  }

  return (
    <div className="page">
      <div className="page__head">
        <h1>{t.inbox.title}</h1>
        <SearchBar query={search.q ?? ""} hint={t.inbox.searchHint} onSearch={(q) => go({ q: q || undefined })} />
        <Button icon="filter" aria-expanded={filtering} aria-controls="filters" onPress={() => setFiltering(!filtering)}>
          {active ? t.inbox.filtersOn(active) : t.inbox.filters}
        </Button>
      </div>
      <div id="filters" hidden={!filtering}>
        {filtering && <Filters search={search} onChange={go} />}
      </div>
      {inbox.failed !== null && !live ? (
        <Failed {...(inbox.failed ? { message: inbox.failed } : {})} onRetry={inbox.refresh} />
      ) : !live ? (
        <Loading />
      ) : (
        <TabBar tab={variables.tab} labels={inbox.labels} counts={inbox.counts} onTab={(tab) => go({ onglet: slugOf(tab) })}>
          <div className="list__head">
            <p className="list__count" role="status">
              {t.inbox.count(live.total)}
            </p>
            <div className="list__order">
              <span aria-hidden="true">{t.inbox.sorting}</span>
              <Choice
                bare
                label={t.inbox.sorting}
                options={Object.entries(t.inbox.orders).map(([id, label]) => ({ id, label }))}
                value={`${field}:${direction}`}
                onChange={(id) => {
                  const [tri, sens] = id.split(":") as [NonNullable<InboxSearch["tri"]>, NonNullable<InboxSearch["sens"]>];
                  go({ tri, sens });
                }}
              />
            </div>
          </div>
          <div className="waiting" role="status">
            {live.waiting.size > 0 && (
              <AriaButton className="waiting__bar" onPress={showWaiting}>
                <Icon name="up" />
                {t.inbox.waiting(live.waiting.size)}
                <span className="waiting__do">{t.inbox.show}</span>
              </AriaButton>
            )}
          </div>
          {live.rows.length > 0 ? (
            <InboxTable
              tab={variables.tab}
              rows={live.rows}
              caption={inbox.labels.find((one) => one.tab === variables.tab)?.label ?? ""}
              field={field}
              direction={direction}
              onSort={(tri, sens) => go({ tri, sens })}
              busy={inbox.loading}
              me={me}
            />
          ) : variables.page > 1 ? (
            <Empty title={t.inbox.past}>
              <Button onPress={() => go({})}>{t.inbox.firstPage}</Button>
            </Empty>
          ) : search.q || active ? (
            <Empty title={t.inbox.notFound}>
              <p>{t.inbox.notFoundHelp}</p>
              <Button onPress={() => go({ q: undefined, ...Object.fromEntries(FILTERS.map((name) => [name, undefined])) })}>
                {t.inbox.resetFilters}
              </Button>
            </Empty>
          ) : (
            <Empty title={t.inbox.empty}>
              <p>{t.inbox.emptyHelp}</p>
            </Empty>
          )}
          {live.total > 0 && (
            <Pagination
              page={inbox.page}
              pageCount={inbox.pageCount}
              rows={variables.pageSize}
              onPage={(page) => go({ page })}
              onRows={(lignes) => go({ lignes })}
            />
          )}
        </TabBar>
      )}
    </div>
  );
}

interface SearchBarProps {
  query: string;
  hint: string;
  onSearch(query: string): void;
}

export function SearchBar({ query, hint, onSearch }: SearchBarProps) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState(query);
  // Going back in the history restores the search of that address.
  useEffect(() => setTyped(query), [query]);
  function submit(event: FormEvent) {
    event.preventDefault();
    onSearch(typed.trim());
  }
  return (
    <form role="search" className="search" onSubmit={submit}>
      <SearchField className="search__field" value={typed} onChange={setTyped} onClear={() => onSearch("")} maxLength={200}>
        <Label className="hidden">{t.inbox.searchLabel}</Label>
        <Input className="input search__input" placeholder={hint} />
        {typed !== "" && (
          <AriaButton className="button button--quiet button--icon search__clear" aria-label={t.inbox.clear}>
            <Icon name="close" />
          </AriaButton>
        )}
      </SearchField>
      <Button type="submit" kind="primary" icon="search" aria-label={t.common.search} />
    </form>
  );
}
