"""What a card says of the history that it could not look at."""

from __future__ import annotations

from cards.history.biopsy import ADVISING
from cards.writing.case import Case, category_words
from cards.writing.sentences import filled

_SIGNING = ("after_signature", "before_signature")
_BELOW_ADVICE = ("1", "2", "3")


def history_paragraph(case: Case) -> str:
    """Say that no earlier report was sent, or that nobody knows whether an advised biopsy was done.

    Without these words a category that fits would look as if earlier advice had been checked, too.
    """
    facts, sources = case.guidance.facts, case.reading.sources
    if case.moment not in _SIGNING or not facts.findings:
        return ""
    if "reports" in sources.not_sent and not sources.earlier_reports:
        return case.words.words["history_not_sent"]
    is_open = facts.prior_assessment in ADVISING and facts.prior_biopsy_done is None
    if is_open and case.effective in _BELOW_ADVICE:
        prior = category_words(case, facts.prior_assessment)
        return filled(case.words.words["biopsy_not_known"], {"prior": prior})
    return ""
