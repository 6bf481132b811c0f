"""What anyone may ask of the register: only fields docs/security/fields.md opens to the public; never writes."""

from regulator.features.registry.queries.public.companies import (
    count_public_companies,
    public_companies,
)
from regulator.features.registry.queries.public.company_page import (
    public_company,
    public_company_estates,
    public_company_past,
)
from regulator.features.registry.queries.public.estate_page import public_estate
from regulator.features.registry.queries.public.estates import (
    count_estates_below,
    count_public_estates,
    public_estate_names,
    public_estates,
)
from regulator.features.registry.queries.public.figures import public_figures
from regulator.features.registry.queries.public.places import (
    public_districts,
    public_division,
    public_divisions,
    public_path,
)
from regulator.features.registry.queries.public.readiness import data_version, not_ready_because

__all__ = [
    "count_estates_below",
    "count_public_companies",
    "count_public_estates",
    "data_version",
    "not_ready_because",
    "public_companies",
    "public_company",
    "public_company_estates",
    "public_company_past",
    "public_districts",
    "public_division",
    "public_divisions",
    "public_estate",
    "public_estate_names",
    "public_estates",
    "public_figures",
    "public_path",
]
