from pydantic import Field

from .base_model import BaseModel
from .enums import Destination, Profile


class PrepareSubmission(BaseModel):
    viewer: "PrepareSubmissionViewer"
    categories: list["PrepareSubmissionCategories"]
    structures: list["PrepareSubmissionStructures"]


class PrepareSubmissionViewer(BaseModel):
    entitlements: list["PrepareSubmissionViewerEntitlements"]


class PrepareSubmissionViewerEntitlements(BaseModel):
    profile: Profile
    structure: "PrepareSubmissionViewerEntitlementsStructure"


class PrepareSubmissionViewerEntitlementsStructure(BaseModel):
    id: str
    name: str


class PrepareSubmissionCategories(BaseModel):
    id: str
    code: str
    subcategories: list["PrepareSubmissionCategoriesSubcategories"]


class PrepareSubmissionCategoriesSubcategories(BaseModel):
    id: str
    code: str
    destination: Destination


class PrepareSubmissionStructures(BaseModel):
    id: str
    name: str
    services: list["PrepareSubmissionStructuresServices"]


class PrepareSubmissionStructuresServices(BaseModel):
    id: str
    code: str
    receives_tickets: bool = Field(alias="receivesTickets")


PrepareSubmission.model_rebuild()
PrepareSubmissionViewer.model_rebuild()
PrepareSubmissionViewerEntitlements.model_rebuild()
PrepareSubmissionCategories.model_rebuild()
PrepareSubmissionStructures.model_rebuild()
