"""The fields of the dictionary's long form that lead to a person, or to one consignment or craft: never in the core.

Any field that the schema does not know is refused; these are refused by a plainer name, so that whoever sent one
learns that it must not leave the group.
"""

from __future__ import annotations

from typing import Final

PERSONS: Final = frozenset(
    {
        "alias",
        "birth_date",
        "family_name",
        "given_names",
        "id_doc_country",
        "id_doc_no",
        "id_doc_type",
        "name_native",
        "nationality",
        "person",
        "person_role",
        "person_status",
        "residence_country",
        "restricted_notes",
        "sex",
    }
)
COMPANIES: Final = frozenset(
    {"company", "company_address", "company_name", "company_reg_no", "carrier", "platform_name"}
)
IDENTIFIERS: Final = frozenset(
    {
        "container_no",
        "declaration_ref",
        "imo_number",
        "item_tracking_no",
        "national_case_ref",
        "offence_point",
        "photo",
        "registration",
        "serial_no",
        "transport_doc",
        "vessel_name",
        "vin",
        "voyage_ref",
    }
)
NOMINAL_FIELDS: Final = PERSONS | COMPANIES | IDENTIFIERS
