"""Which tables an invented city fills, and in which columns; no values."""

RECORDED = ("version", "source", "registered_at", "updated_at", "confirmed_at")
COLUMNS: dict[str, tuple[str, ...]] = {
    "company": (
        *("id", "credit_code", "name", "division_code", "registration_kind", "legal_representative", "phone"),
        *("registered_capital", "founded_on", "registered_address", "business_scope", "status", "declared_grade"),
        *("declared_certificate", *RECORDED),
    ),
    "company_name": ("id", "company_id", "name", "kind", "ended_on"),
    "company_search": ("subject_id", "tokens"),
    "person": (
        *("id", "id_hash", "id_cipher", "id_key_id", "id_masked", "name", "sex", "born_on", "education", "title"),
        *RECORDED,
    ),
    "person_certificate": ("id", "person_id", "number"),
    "person_search": ("subject_id", "tokens"),
    "employment": (
        *("id", "person_id", "company_id", "post", "is_head_of_post", "is_full_time", "began_on", "ended_on"),
        "version",
    ),
    "estate_counter": ("division_code", "last"),
    "estate": (
        *("id", "code", "name", "kind", "kind_assumed", "condition", "condition_assumed", "condition_since"),
        *("division_code", "to_be_placed", "community_as_stated", "address", "lon", "lat", "floor_area"),
        *("area_multi_storey", "area_high_rise", "area_villa", "area_other", "site_area", "buildings", "households"),
        *("completion_year", "ownership", "facilities", "duty_phone", "owning_unit", *RECORDED),
    ),
    "estate_name": ("id", "estate_id", "name", "kind", "ended_on"),
    "estate_key": ("division_code", "name", "estate_id"),
    "estate_search": ("subject_id", "tokens"),
    "service": (
        *("id", "estate_id", "mode", "company_id", "company_spelling", "began_on", "stated_for", "ended_on"),
        *("recorded_basis", "fee", *RECORDED),
    ),
    "contract": (
        *("id", "estate_id", "company_id", "kind", "number", "began_on", "ended_on", "signed_on", "filed_on", "fee"),
        *RECORDED,
    ),
    "contract_dispute": (
        *("id", "estate_id", "earlier_contract_id", "later_contract_id", "overlap_from", "overlap_to", "state"),
        *("recorded_at", "version"),
    ),
    "company_link": (*("id", "estate_id", "service_id", "spelling", "candidates", "state", "recorded_at", "version"),),
    "manager_assignment": ("id", "person_id", "estate_id", "began_on", "ended_on", "version"),
    "committee": (
        *("id", "estate_id", "name", "elected_on", "term_began_on", "term_ended_on", "filed_on", "filing_number"),
        *RECORDED,
    ),
    "committee_member": ("id", "committee_id", "name", "post"),
    "notice": (
        *("id", "estate_id", "company_id", "kind", "given_by", "dated_on", "received_on", "document_number"),
        *RECORDED,
    ),
}
"""The tables a city fills, in an order that foreign keys allow, with the columns of each row."""
