from .accept_solution import (
    AcceptSolution,
    AcceptSolutionResultActionDone,
    AcceptSolutionResultActionRefused,
)
from .assign_ticket import (
    AssignTicket,
    AssignTicketResultActionDone,
    AssignTicketResultActionRefused,
)
from .assign_ticket_to_me import (
    AssignTicketToMe,
    AssignTicketToMeResultActionDone,
    AssignTicketToMeResultActionRefused,
)
from .base_model import BaseModel, Upload
from .client import Desk
from .close_ticket import (
    CloseTicket,
    CloseTicketResultActionDone,
    CloseTicketResultActionRefused,
)
from .enums import (
    ActivityKind,
    AttachmentScanState,
    Destination,
    InboxChangeKind,
    InboxTab,
    ObjectType,
    OrderDirection,
    Profile,
    RefusalCode,
    StateReason,
    TicketAction,
    TicketOrderField,
    TicketStatus,
)
from .find_ticket import FindTicket, FindTicketTicket, FindTicketTicketAssignableAgents
from .fragments import (
    Done,
    DoneActivity,
    DoneTicket,
    Refused,
    RefusedCurrentTicket,
    RefusedFields,
    Row,
    RowAssignee,
    State,
    StateAssignee,
)
from .input_types import (
    AssignTicketInput,
    MessageInput,
    SubmitTicketInput,
    TicketFilter,
    TicketInput,
    TicketOrder,
)
from .over_gql import OverGql
from .prepare_submission import (
    PrepareSubmission,
    PrepareSubmissionCategories,
    PrepareSubmissionCategoriesSubcategories,
    PrepareSubmissionStructures,
    PrepareSubmissionStructuresServices,
    PrepareSubmissionViewer,
    PrepareSubmissionViewerEntitlements,
    PrepareSubmissionViewerEntitlementsStructure,
)
from .propose_solution import (
    ProposeSolution,
    ProposeSolutionResultActionDone,
    ProposeSolutionResultActionRefused,
)
from .provide_information import (
    ProvideInformation,
    ProvideInformationResultActionDone,
    ProvideInformationResultActionRefused,
)
from .read_tab import (
    ReadTab,
    ReadTabTickets,
    ReadTabTicketsNodes,
    ReadTabTicketsPageInfo,
)
from .read_unassigned import (
    ReadUnassigned,
    ReadUnassignedTickets,
    ReadUnassignedTicketsNodes,
    ReadUnassignedTicketsPageInfo,
)
from .refuse_solution import (
    RefuseSolution,
    RefuseSolutionResultActionDone,
    RefuseSolutionResultActionRefused,
)
from .request_information import (
    RequestInformation,
    RequestInformationResultActionDone,
    RequestInformationResultActionRefused,
)
from .submit_ticket import (
    SubmitTicket,
    SubmitTicketResultActionDone,
    SubmitTicketResultActionRefused,
)
from .transfer_to_support import (
    TransferToSupport,
    TransferToSupportResultActionDone,
    TransferToSupportResultActionRefused,
)
from .watch_tab import (
    WatchTab,
    WatchTabInboxChanges,
    WatchTabInboxChangesActivity,
    WatchTabInboxChangesTicket,
)

__all__ = [
    "AcceptSolution",
    "AcceptSolutionResultActionDone",
    "AcceptSolutionResultActionRefused",
    "ActivityKind",
    "AssignTicket",
    "AssignTicketInput",
    "AssignTicketResultActionDone",
    "AssignTicketResultActionRefused",
    "AssignTicketToMe",
    "AssignTicketToMeResultActionDone",
    "AssignTicketToMeResultActionRefused",
    "AttachmentScanState",
    "BaseModel",
    "CloseTicket",
    "CloseTicketResultActionDone",
    "CloseTicketResultActionRefused",
    "Desk",
    "Destination",
    "Done",
    "DoneActivity",
    "DoneTicket",
    "FindTicket",
    "FindTicketTicket",
    "FindTicketTicketAssignableAgents",
    "InboxChangeKind",
    "InboxTab",
    "MessageInput",
    "ObjectType",
    "OrderDirection",
    "OverGql",
    "PrepareSubmission",
    "PrepareSubmissionCategories",
    "PrepareSubmissionCategoriesSubcategories",
    "PrepareSubmissionStructures",
    "PrepareSubmissionStructuresServices",
    "PrepareSubmissionViewer",
    "PrepareSubmissionViewerEntitlements",
    "PrepareSubmissionViewerEntitlementsStructure",
    "Profile",
    "ProposeSolution",
    "ProposeSolutionResultActionDone",
    "ProposeSolutionResultActionRefused",
    "ProvideInformation",
    "ProvideInformationResultActionDone",
    "ProvideInformationResultActionRefused",
    "ReadTab",
    "ReadTabTickets",
    "ReadTabTicketsNodes",
    "ReadTabTicketsPageInfo",
    "ReadUnassigned",
    "ReadUnassignedTickets",
    "ReadUnassignedTicketsNodes",
    "ReadUnassignedTicketsPageInfo",
    "RefusalCode",
    "RefuseSolution",
    "RefuseSolutionResultActionDone",
    "RefuseSolutionResultActionRefused",
    "Refused",
    "RefusedCurrentTicket",
    "RefusedFields",
    "RequestInformation",
    "RequestInformationResultActionDone",
    "RequestInformationResultActionRefused",
    "Row",
    "RowAssignee",
    "State",
    "StateAssignee",
    "StateReason",
    "SubmitTicket",
    "SubmitTicketInput",
    "SubmitTicketResultActionDone",
    "SubmitTicketResultActionRefused",
    "TicketAction",
    "TicketFilter",
    "TicketInput",
    "TicketOrder",
    "TicketOrderField",
    "TicketStatus",
    "TransferToSupport",
    "TransferToSupportResultActionDone",
    "TransferToSupportResultActionRefused",
    "Upload",
    "WatchTab",
    "WatchTabInboxChanges",
    "WatchTabInboxChangesActivity",
    "WatchTabInboxChangesTicket",
]
