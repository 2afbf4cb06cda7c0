// The page of a list, chosen by its number or step by step, and the rows a page.
import { useEffect, useState, type FormEvent } from "react";
import { Input, Label, TextField } from "react-aria-components";
import { useLanguage } from "../i18n/index.ts";
import { Button, Choice } from "./controls.tsx";

interface Props {
  page: number;
  pageCount: number;
  rows: number;
  onPage(page: number): void;
  onRows(rows: number): void;
}

export const ROWS = [10, 20, 50, 100];

export function Pagination({ page, pageCount, rows, onPage, onRows }: Props) {
  const { t } = useLanguage();
  const last = Math.max(1, pageCount);
  const choices = [...new Set([...ROWS, rows])].sort((a, b) => a - b);
  return (
    <nav className="pages" aria-label={t.pages.nav}>
      <div className="pages__rows">
        <span aria-hidden="true">{t.pages.rows}</span>
        <Choice
          bare
          label={t.pages.rows}
          options={choices.map((n) => ({ id: String(n), label: String(n) }))}
          value={String(rows)}
          onChange={(id) => onRows(Number(id))}
        />
      </div>
      <div className="pages__move">
        <Button kind="quiet" icon="first" aria-label={t.pages.first} isDisabled={page <= 1} onPress={() => onPage(1)} />
        <Button kind="quiet" icon="left" aria-label={t.pages.previous} isDisabled={page <= 1} onPress={() => onPage(page - 1)} />
        <PageNumber page={page} last={last} onPage={onPage} />
        <Button kind="quiet" icon="right" aria-label={t.pages.next} isDisabled={page >= last} onPress={() => onPage(page + 1)} />
        <Button kind="quiet" icon="last" aria-label={t.pages.last} isDisabled={page >= last} onPress={() => onPage(last)} />
      </div>
    </nav>
  );
}

interface PageNumberProps {
  page: number;
  last: number;
  onPage(page: number): void;
}

/** A field for the number of the page: Enter, or leaving the field, shows that page. */
function PageNumber({ page, last, onPage }: PageNumberProps) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState(String(page));
  useEffect(() => setTyped(String(page)), [page]);

  function choose(event?: FormEvent) {
    event?.preventDefault();
    const number = Math.min(Math.max(Math.round(Number(typed)) || page, 1), last);
    setTyped(String(number));
    if (number !== page) onPage(number);
  }

  return (
    <form className="pages__at" onSubmit={choose}>
      <TextField className="pages__page" value={typed} onChange={setTyped} onBlur={() => choose()}>
        <Label>{t.pages.page}</Label>
        <Input className="input pages__number" inputMode="numeric" maxLength={7} />
      </TextField>
      <span>{t.pages.of(last)}</span>
    </form>
  );
}
