// The text of the query editor on a first visit: a welcome and example operations, in French.
// Every operation here must be valid for the schema and have a name (the run button offers them by name).
export const WELCOME = `# Bienvenue dans l'API GraphQL de Saisine.
#
# 1. Onglet « Headers », ci-dessous : collez un jeton à la
#    place de PASTE-A-TOKEN-HERE (c'est déjà fait si vous
#    venez d'un lien /graphql#token=…).
#    Ajoutez "Accept-Language": "en" pour l'anglais.
# 2. Choisissez une opération avec le bouton ▶,
#    ou placez-y le curseur puis Ctrl+Entrée.
# 3. Ctrl+Espace complète ; la documentation du schéma
#    est à gauche.

# Qui suis-je, et avec quelles habilitations ?
query Moi {
  viewer {
    user { displayName }
    entitlements {
      profile
      structure { name }
      service { name }
    }
  }
}

# Les dix premiers tickets à traiter.
query TicketsATraiter {
  tickets(tab: TO_PROCESS, first: 10) {
    totalCount
    nodes {
      number
      shortDescription
      statusLabel
      assignee { displayName }
    }
  }
}

# Ce qui arrive dans cet onglet, en direct : laissez
# tourner, et traitez un ticket ailleurs.
subscription EnDirect {
  inboxChanges(tab: TO_PROCESS) {
    kind
    ticket { number shortDescription statusLabel }
    activity { label occurredAt actor { displayName } }
  }
}
`;
