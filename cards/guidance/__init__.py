"""Facts -> Guidance: tables and rule catalogue as data, order of evaluation as code.

The modules are named for the sections of the decision model that they implement; the medicine
itself stands in the CSV and TOML files beside them."""

from cards.guidance.assess import MODEL_VERSION, assess
from cards.guidance.catalogue import CITATIONS, RULES, Citation, Rule, rule
from cards.guidance.guidance import BreastGuidance, FindingExpected, FiredRule, Guidance
from cards.guidance.guidance_json import guidance_json
from cards.guidance.timers import DueDates, due_dates
from cards.guidance.tracking import FollowUp, Tracked, advised_by, track

__all__ = [
    "CITATIONS",
    "MODEL_VERSION",
    "RULES",
    "BreastGuidance",
    "Citation",
    "DueDates",
    "FindingExpected",
    "FiredRule",
    "FollowUp",
    "Guidance",
    "Rule",
    "Tracked",
    "advised_by",
    "assess",
    "due_dates",
    "guidance_json",
    "rule",
    "track",
]
