from collections.abc import AsyncIterator
from typing import Any, Optional, Union

from .accept_solution import AcceptSolution
from .assign_ticket import AssignTicket
from .assign_ticket_to_me import AssignTicketToMe
from .base_model import UNSET, UnsetType
from .close_ticket import CloseTicket
from .enums import InboxTab
from .find_ticket import FindTicket
from .input_types import AssignTicketInput, MessageInput, SubmitTicketInput, TicketInput
from .over_gql import OverGql
from .prepare_submission import PrepareSubmission
from .propose_solution import ProposeSolution
from .provide_information import ProvideInformation
from .read_tab import ReadTab
from .read_unassigned import ReadUnassigned
from .refuse_solution import RefuseSolution
from .request_information import RequestInformation
from .submit_ticket import SubmitTicket
from .transfer_to_support import TransferToSupport
from .watch_tab import WatchTab


def gql(q: str) -> str:
    return q


class Desk(OverGql):
    async def accept_solution(
        self, input: TicketInput, **kwargs: Any
    ) -> AcceptSolution:
        query = gql("""
            mutation AcceptSolution($input: TicketInput!) {
              result: acceptSolution(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="AcceptSolution", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AcceptSolution.model_validate(data)

    async def assign_ticket(
        self, input: AssignTicketInput, **kwargs: Any
    ) -> AssignTicket:
        query = gql("""
            mutation AssignTicket($input: AssignTicketInput!) {
              result: assignTicket(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="AssignTicket", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AssignTicket.model_validate(data)

    async def assign_ticket_to_me(
        self, input: TicketInput, **kwargs: Any
    ) -> AssignTicketToMe:
        query = gql("""
            mutation AssignTicketToMe($input: TicketInput!) {
              result: assignTicketToMe(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="AssignTicketToMe",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return AssignTicketToMe.model_validate(data)

    async def close_ticket(self, input: TicketInput, **kwargs: Any) -> CloseTicket:
        query = gql("""
            mutation CloseTicket($input: TicketInput!) {
              result: closeTicket(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="CloseTicket", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CloseTicket.model_validate(data)

    async def find_ticket(self, number: str, **kwargs: Any) -> FindTicket:
        query = gql("""
            query FindTicket($number: String!) {
              ticket(number: $number) {
                id
                version
                assignableAgents {
                  id
                  displayName
                }
              }
            }
            """)
        variables: dict[str, object] = {"number": number}
        response = await self.execute(
            query=query, operation_name="FindTicket", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return FindTicket.model_validate(data)

    async def prepare_submission(
        self, recipient: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> PrepareSubmission:
        query = gql("""
            query PrepareSubmission($recipient: String) {
              viewer {
                entitlements {
                  profile
                  structure {
                    id
                    name
                  }
                }
              }
              categories {
                id
                code
                subcategories {
                  id
                  code
                  destination
                }
              }
              structures(search: $recipient) {
                id
                name
                services {
                  id
                  code
                  receivesTickets
                }
              }
            }
            """)
        variables: dict[str, object] = {"recipient": recipient}
        response = await self.execute(
            query=query,
            operation_name="PrepareSubmission",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return PrepareSubmission.model_validate(data)

    async def propose_solution(
        self, input: MessageInput, **kwargs: Any
    ) -> ProposeSolution:
        query = gql("""
            mutation ProposeSolution($input: MessageInput!) {
              result: proposeSolution(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="ProposeSolution", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ProposeSolution.model_validate(data)

    async def provide_information(
        self, input: MessageInput, **kwargs: Any
    ) -> ProvideInformation:
        query = gql("""
            mutation ProvideInformation($input: MessageInput!) {
              result: provideInformation(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="ProvideInformation",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return ProvideInformation.model_validate(data)

    async def read_tab(
        self,
        tab: InboxTab,
        search: Union[Optional[str], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ReadTab:
        query = gql("""
            query ReadTab($tab: InboxTab!, $search: String, $after: String) {
              tickets(tab: $tab, search: $search, first: 100, after: $after) {
                nodes {
                  ...Row
                }
                pageInfo {
                  hasNextPage
                  endCursor
                }
                liveCursor
              }
            }

            fragment Row on Ticket {
              id
              number
              shortDescription
              statusLabel
              submittedAt
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"tab": tab, "search": search, "after": after}
        response = await self.execute(
            query=query, operation_name="ReadTab", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ReadTab.model_validate(data)

    async def read_unassigned(
        self,
        search: Union[Optional[str], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ReadUnassigned:
        query = gql("""
            query ReadUnassigned($search: String, $after: String) {
              tickets(
                tab: TO_PROCESS
                search: $search
                filter: {unassigned: true}
                first: 100
                after: $after
              ) {
                nodes {
                  id
                  number
                  version
                }
                pageInfo {
                  hasNextPage
                  endCursor
                }
                totalCount
              }
            }
            """)
        variables: dict[str, object] = {"search": search, "after": after}
        response = await self.execute(
            query=query, operation_name="ReadUnassigned", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ReadUnassigned.model_validate(data)

    async def refuse_solution(
        self, input: MessageInput, **kwargs: Any
    ) -> RefuseSolution:
        query = gql("""
            mutation RefuseSolution($input: MessageInput!) {
              result: refuseSolution(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="RefuseSolution", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return RefuseSolution.model_validate(data)

    async def request_information(
        self, input: MessageInput, **kwargs: Any
    ) -> RequestInformation:
        query = gql("""
            mutation RequestInformation($input: MessageInput!) {
              result: requestInformation(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="RequestInformation",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return RequestInformation.model_validate(data)

    async def submit_ticket(
        self, input: SubmitTicketInput, **kwargs: Any
    ) -> SubmitTicket:
        query = gql("""
            mutation SubmitTicket($input: SubmitTicketInput!) {
              result: submitTicket(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="SubmitTicket", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return SubmitTicket.model_validate(data)

    async def transfer_to_support(
        self, input: MessageInput, **kwargs: Any
    ) -> TransferToSupport:
        query = gql("""
            mutation TransferToSupport($input: MessageInput!) {
              result: transferToSupport(input: $input) {
                __typename
                ...Done
                ...Refused
              }
            }

            fragment Done on ActionDone {
              ticket {
                ...State
              }
              activity {
                label
              }
            }

            fragment Refused on ActionRefused {
              code
              message
              fields {
                name
                message
              }
              currentTicket {
                ...State
              }
            }

            fragment State on Ticket {
              number
              version
              statusLabel
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="TransferToSupport",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return TransferToSupport.model_validate(data)

    async def watch_tab(
        self,
        tab: InboxTab,
        search: Union[Optional[str], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> AsyncIterator[WatchTab]:
        query = gql("""
            subscription WatchTab($tab: InboxTab!, $search: String, $after: Cursor) {
              inboxChanges(tab: $tab, search: $search, after: $after) {
                kind
                ticketId
                ticket {
                  ...Row
                }
                activity {
                  label
                  occurredAt
                }
                cursor
              }
            }

            fragment Row on Ticket {
              id
              number
              shortDescription
              statusLabel
              submittedAt
              assignee {
                displayName
              }
            }
            """)
        variables: dict[str, object] = {"tab": tab, "search": search, "after": after}
        async for data in self.execute_ws(
            query=query, operation_name="WatchTab", variables=variables, **kwargs
        ):
            yield WatchTab.model_validate(data)
