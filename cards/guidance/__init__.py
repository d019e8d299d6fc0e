"""Facts -> Guidance: tables and rule catalogue as data, order of evaluation as code.

The modules are named for the sections of the decision model that they implement; the medicine
itself stands in the CSV and TOML files beside them."""

from cards.guidance.assess import MODEL_VERSION, assess
from cards.guidance.catalogue import CITATIONS, RULES, Citation, Rule, rule
from cards.guidance.guidance import BreastGuidance, FindingExpected, FiredRule, Guidance

__all__ = [
    "CITATIONS",
    "MODEL_VERSION",
    "RULES",
    "BreastGuidance",
    "Citation",
    "FindingExpected",
    "FiredRule",
    "Guidance",
    "Rule",
    "assess",
    "rule",
]
