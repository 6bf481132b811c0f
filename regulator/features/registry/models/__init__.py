"""Tables of the register; no queries, no permissions, no addresses of pages."""

from regulator.features.registry.models.company import Company, CompanyName, CompanySearch
from regulator.features.registry.models.estate import Estate, EstateCounter, EstateKey, EstateName, EstateSearch
from regulator.features.registry.models.moves import TermMove, TermMoveSeen
from regulator.features.registry.models.person import (
    Employment,
    ManagerAssignment,
    Person,
    PersonCertificate,
    PersonSearch,
)
from regulator.features.registry.models.record import RecordChange, RegisterState
from regulator.features.registry.models.request import CompanyRequest
from regulator.features.registry.models.service import (
    Committee,
    CommitteeMember,
    CompanyLink,
    Contract,
    ContractDispute,
    Notice,
    Service,
    ServiceStatement,
)
from regulator.features.registry.models.verification import (
    VerificationConfirmation,
    VerificationDistrict,
    VerificationRound,
)

__all__ = [
    "Committee",
    "CommitteeMember",
    "Company",
    "CompanyLink",
    "CompanyName",
    "CompanyRequest",
    "CompanySearch",
    "Contract",
    "ContractDispute",
    "Employment",
    "Estate",
    "EstateCounter",
    "EstateKey",
    "EstateName",
    "EstateSearch",
    "ManagerAssignment",
    "Notice",
    "Person",
    "PersonCertificate",
    "PersonSearch",
    "RecordChange",
    "RegisterState",
    "Service",
    "ServiceStatement",
    "TermMove",
    "TermMoveSeen",
    "VerificationConfirmation",
    "VerificationDistrict",
    "VerificationRound",
]
