// A tab in a Relay app: a fragment with pagination, a mutation that updates the row, a subscription.
import { graphql } from 'relay-runtime'

export const page = graphql`
  query TicketListQuery($tab: InboxTab!) {
    ...TicketList_tickets @arguments(tab: $tab)
  }
`

export const list = graphql`
  fragment TicketList_tickets on Query
  @refetchable(queryName: "TicketListMoreQuery")
  @argumentDefinitions(
    tab: { type: "InboxTab!" }
    count: { type: "Int", defaultValue: 20 }
    after: { type: "String" }
  ) {
    tickets(tab: $tab, first: $count, after: $after) @connection(key: "TicketList_tickets") {
      edges {
        node {
          ...TicketList_row
        }
      }
      liveCursor
    }
  }
`

export const row = graphql`
  fragment TicketList_row on Ticket @refetchable(queryName: "TicketListRowQuery") {
    number
    shortDescription
    statusLabel
    version
    assignee {
      displayName
    }
  }
`

export const take = graphql`
  mutation TicketListTakeMutation($input: TicketInput!) {
    result: assignTicketToMe(input: $input) {
      ... on ActionDone {
        ticket {
          ...TicketList_row
        }
      }
      ... on ActionRefused {
        message
        currentTicket {
          ...TicketList_row
        }
      }
    }
  }
`

export const changes = graphql`
  subscription TicketListSubscription($tab: InboxTab!, $after: Cursor) {
    inboxChanges(tab: $tab, after: $after) {
      kind
      ticketId
      cursor
      ticket {
        ...TicketList_row
      }
    }
  }
`
