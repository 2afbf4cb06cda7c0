// « Contenu du ticket »: description, general information, issuer and recipient.
import { useLanguage } from "../../i18n/index.ts";
import type { Ticket } from "./useTicket.ts";

type Facts = [name: string, value: string | null | undefined][];

export function Content({ ticket }: { ticket: Ticket }) {
  const { t } = useLanguage();
  const columns = t.inbox.columns;
  const { issuer, recipient } = ticket;
  return (
    <div className="content">
      <section className="card content__text">
        <h2>{t.ticket.description}</h2>
        <p className="prose">{ticket.description}</p>
      </section>
      <div className="content__side">
        <Details
          title={t.ticket.general}
          facts={[
            [columns.category, ticket.category.label],
            [columns.subcategory, ticket.subcategory.label],
            [t.ticket.objectType, t.objects[ticket.objectType]],
          ]}
        />
        <Details
          title={t.ticket.issuer}
          facts={[
            [t.ticket.identifier, issuer.organisationIdentifier],
            [t.ticket.organisation, issuer.organisationName],
            [t.ticket.contact, issuer.contactName],
            [t.ticket.address, issuer.contactAddress],
          ]}
        />
        <Details
          title={t.ticket.recipient}
          facts={[
            [t.ticket.siret, recipient.siret],
            [t.ticket.name, recipient.name],
            [t.ticket.service, recipient.service?.name],
          ]}
        />
      </div>
    </div>
  );
}

/** A heading and the facts under it; a fact without a value is left out. */
function Details({ title, facts }: { title: string; facts: Facts }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      <dl className="details">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} className="details__one">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
