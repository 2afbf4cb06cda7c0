// Which page of how many, and how many rows on one.
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
        <span className="pages__at">{t.pages.at(page, last)}</span>
        <Button kind="quiet" icon="right" aria-label={t.pages.next} isDisabled={page >= last} onPress={() => onPage(page + 1)} />
        <Button kind="quiet" icon="last" aria-label={t.pages.last} isDisabled={page >= last} onPress={() => onPage(last)} />
      </div>
    </nav>
  );
}
