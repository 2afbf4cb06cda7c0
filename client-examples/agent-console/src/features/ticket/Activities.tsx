// « Activités »: the activities, newest first; those that came while the page is open are marked.
import { useLanguage } from "../../i18n/index.ts";
import { FileLink } from "./Attachments.tsx";
import type { Activity } from "./useTicket.ts";

interface Props {
  activities: readonly Activity[];
  fresh?: ReadonlySet<string>;
}

export function Activities({ activities, fresh }: Props) {
  const { t, longMoment } = useLanguage();
  return (
    <ol className="activities" reversed>
      {[...activities].reverse().map((one) => (
        <li key={one.id} className={`activity${fresh?.has(one.id) ? " activity--new" : ""}`}>
          <p className="activity__what">
            <strong>{one.label}</strong>
            {one.kind === "ASSIGNED" && one.assigneeAfter && one.assigneeAfter.id !== one.actor?.id && (
              <span> {t.ticket.assignedTo(one.assigneeAfter.displayName)}</span>
            )}
            {fresh?.has(one.id) && <span className="mark mark--new">{t.ticket.justNow}</span>}
          </p>
          <p className="activity__who">
            {one.actor?.displayName ?? t.ticket.system} · <time dateTime={one.occurredAt}>{longMoment(one.occurredAt)}</time>
          </p>
          {one.message && <p className="prose activity__message">{one.message}</p>}
          {one.attachments.length > 0 && (
            <ul className="files">
              {one.attachments.map((file) => (
                <FileLink key={file.id} file={file} />
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}
