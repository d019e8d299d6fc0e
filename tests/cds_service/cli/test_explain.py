"""The command explain: what a radiologist reads."""

import json

import pytest
from click.testing import CliRunner

from cards.facts_file import parse_facts
from cards.worked_cases import worked_cases
from cds_service.cli import main
from cds_service.cli.reasoning import interval_in_words

FACTS = {
    "assessment_overall": "3",
    "exam_type": "diagnostic",
    "recommendation": ["short_interval_follow_up"],
    "recommended_interval": "P6M",
    "findings": [{"morphology": ["amorphous"], "change": "new"}],
}


def explain(inputs: object, *options: str) -> str:
    """Run the command on FACTS and give what it prints, on one line a sentence."""
    done = CliRunner(env={"COLUMNS": "500"}).invoke(
        main, ["explain", "-", *options], input=json.dumps(inputs)
    )
    assert done.exit_code == 0
    return done.stdout


def test_the_reasoning_is_told_in_order():
    """What was read comes first, then the finding, the verdict, what comes next and the sources."""
    text = explain(FACTS)
    headings = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert headings == [
        "What was read",
        "Finding F1",
        "Verdict",
        "Rules for the report and its breasts",
        "What comes next",
        "Timers",
        "Not stated",
        "Sources",
    ]


def test_a_finding_shows_its_sets_its_rules_and_why():
    """Expected and tolerated categories, the rule with its title, its inputs and its sources are told."""
    text = explain(FACTS)
    assert "Expected: 4A, 4B. Tolerated: none." in text
    assert "R-MO-06 " in text
    assert "because morphology is amorphous" in text
    assert "rests on C-03" in text
    assert "C-03 D'Orsi" in text


def test_the_verdict_names_what_drives_and_what_follows():
    """The verdict is a sentence, with the driving category, the actions and the level."""
    text = explain(FACTS)
    assert "Left breast (F1): assessment 3; expected 4A, 4B; tolerated none." in text
    assert "lower than the coded descriptors suggest (under_called)" in text
    assert "4A drives what comes next" in text
    assert "Actions: image_guided_biopsy." in text
    assert "R-CC-02 [warning]" in text


def test_what_was_not_stated_is_told():
    """Members that the report leaves open are listed under their paths."""
    text = explain({**FACTS, "breast_density": None})
    assert "Not stated" in text
    assert "breast_density" in text


def test_the_policy_and_the_site_keys_are_in_force(tmp_path):
    """A profile from the policy file is named, and one inside FACTS wins."""
    policy = tmp_path / "policy.toml"
    policy.write_text('guideline_profile = "nhsbsp"')
    assert "in force: nhsbsp" in explain(FACTS, "--policy", str(policy))
    assert "in force: nccn" in explain({**FACTS, "guideline_profile": "nccn"}, "--policy", str(policy))


@pytest.mark.parametrize("case", worked_cases(), ids=lambda case: case.case_id)
def test_every_worked_case_can_be_explained(case):
    """Each fired rule of each worked case is told by its id, each finding by its name."""
    text = explain(case.inputs)
    for rule in case.rule_ids:
        assert f"{rule} " in text
    for finding in parse_facts(case.inputs)[0].findings:
        assert f"Finding {finding.finding_id}" in text


def test_the_text_is_plain_when_it_is_no_terminal():
    """Nothing but text goes into a pipe or a file."""
    assert "\x1b" not in explain(FACTS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nonsense", "is no JSON"),
        ("", "is no JSON"),
        ('{"sex": "f"}', "sex: must be one of female, male, unknown"),
        ('{"switches": {"x": 1}}', "switches.x"),
        ("[]", "FACTS must be an object"),
    ],
)
def test_facts_that_cannot_be_used_end_with_status_2(text, reason):
    """The reason names the member and what is allowed, on standard error."""
    done = CliRunner().invoke(main, ["explain", "-"], input=text)
    assert (done.exit_code, done.stdout) == (2, "")
    assert reason in done.stderr


@pytest.mark.parametrize(
    ("duration", "words"),
    [("P6M", "6 months (P6M)"), ("P1Y", "1 year (P1Y)"), ("P60D", "60 days (P60D)"), (None, "none"),
     ("P1Y6M", "P1Y6M"), ("PT36H", "PT36H")],
)  # fmt: skip
def test_intervals_are_said_in_words(duration, words):
    """A plain duration is spelled out beside its code; others stay as they are."""
    assert interval_in_words(duration) == words
