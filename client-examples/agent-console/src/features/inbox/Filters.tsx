// The filters of the list; a choice changes the address at once.
import { useQuery } from "urql";
import { ReadCategoriesDocument } from "../../gql/graphql.ts";
import { useLanguage } from "../../i18n/index.ts";
import { Button, Choice, Field, type Option } from "../../ui/controls.tsx";
import { useViewer } from "../session/viewer.ts";
import { FILTERS, type InboxSearch } from "./search.ts";

const ANY = "*";

interface Props {
  search: InboxSearch;
  onChange(change: Partial<InboxSearch>): void;
}

export function Filters({ search, onChange }: Props) {
  const { t, language } = useLanguage();
  const viewer = useViewer();
  const [{ data }] = useQuery({ query: ReadCategoriesDocument });
  const categories = data?.categories ?? [];
  const chosen = categories.find((one) => one.id === search.categorie);
  const columns = t.inbox.columns;
  const statuses = STATUS_WORDS[language];
  const reasons = REASON_WORDS[language];

  const recipients = new Map<string, string>();
  for (const { profile, structure, service } of viewer.entitlements) {
    if (profile === "SENT_TICKETS") continue;
    if (service) recipients.set(`service~${service.id}`, `${structure.name}, ${service.name}`);
    else recipients.set(`structure~${structure.id}`, structure.name);
  }

  function choice(name: keyof InboxSearch, label: string, all: string, options: Option[], more: Partial<InboxSearch> = {}) {
    return (
      <Choice
        label={label}
        options={[{ id: ANY, label: all }, ...options]}
        value={(search[name] as string | undefined) ?? ANY}
        onChange={(id) => onChange({ ...more, [name]: id === ANY ? undefined : id })}
      />
    );
  }
  const plain = (words: Record<string, string>) => Object.entries(words).map(([id, label]) => ({ id, label }));

  return (
    <div className="filters" role="group" aria-label={t.inbox.filters}>
      {choice("categorie", columns.category, t.inbox.any, categories, { sousCategorie: undefined })}
      {choice("sousCategorie", columns.subcategory, t.inbox.any, (chosen ? [chosen] : categories).flatMap((one) => one.subcategories))}
      {choice("objet", t.inbox.objectType, t.inbox.anyMasculine, plain(t.objects))}
      {choice("statut", columns.status, t.inbox.anyMasculine, plain(statuses))}
      {choice("motif", columns.stateReason, t.inbox.anyMasculine, plain(reasons))}
      {choice("affectation", columns.assignee, t.inbox.anyone, [
        { id: "moi", label: t.inbox.mine },
        { id: "personne", label: t.inbox.unassigned },
        { id: "quelquun", label: t.inbox.assigned },
      ])}
      {recipients.size > 1 &&
        choice("destinataire", t.inbox.recipient, t.inbox.anyMasculine, [...recipients].map(([id, label]) => ({ id, label })))}
      <Field label={t.inbox.from} type="date" optional value={search.du ?? ""} onChange={(du) => onChange({ du: du || undefined })} />
      <Field label={t.inbox.to} type="date" optional value={search.au ?? ""} onChange={(au) => onChange({ au: au || undefined })} />
      <div className="filters__end">
        <Button onPress={() => onChange(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}>{t.inbox.resetFilters}</Button>
      </div>
    </div>
  );
}

// The labels of statuses and reasons come with tickets; a filter needs them before any ticket is read.
const STATUS_WORDS = {
  fr: { OPEN: "Ouvert", AWAITING_INFORMATION: "En attente d’informations", RESOLVED: "Résolu", CLOSED: "Fermé" },
  en: { OPEN: "Open", AWAITING_INFORMATION: "Awaiting information", RESOLVED: "Resolved", CLOSED: "Closed" },
};
const REASON_WORDS = {
  fr: { CREATION: "Création", INFORMATION_PROVIDED: "Complément d’informations", SOLUTION_REFUSED: "Refus de solution" },
  en: { CREATION: "Creation", INFORMATION_PROVIDED: "Information provided", SOLUTION_REFUSED: "Solution refused" },
};
