// « Contenu »: what was asked, by whom, of whom.
import { useLanguage } from "../../i18n/index.ts";
import type { Ticket } from "./useTicket.ts";

export function Content({ ticket }: { ticket: Ticket }) {
  const { t } = useLanguage();
  const columns = t.inbox.columns;
  const facts: [string, string | null | undefined][] = [
    [columns.category, ticket.category.label],
    [columns.subcategory, ticket.subcategory.label],
    [t.ticket.objectType, t.objects[ticket.objectType]],
  ];
  const issuer: [string, string | null | undefined][] = [
    [t.ticket.issuer, ticket.issuer.organisationName],
    [t.ticket.identifier, ticket.issuer.organisationIdentifier],
    [t.ticket.contact, ticket.issuer.contactName],
    [t.ticket.address, ticket.issuer.contactAddress],
  ];
  const recipient: [string, string | null | undefined][] = [
    [t.ticket.recipient, ticket.recipient.name],
    [t.ticket.siret, ticket.recipient.siret],
    [t.ticket.service, ticket.recipient.service?.name],
  ];
  return (
    <div className="content">
      <section className="card content__text">
        <h2>{t.ticket.description}</h2>
        <p className="prose">{ticket.description}</p>
      </section>
      <div className="content__side">
        {[facts, issuer, recipient].map((group) => (
          <dl key={group[0]![0]} className="card details">
            {group
              .filter(([, value]) => value)
              .map(([name, value]) => (
                <div key={name} className="details__one">
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
          </dl>
        ))}
      </div>
    </div>
  );
}
