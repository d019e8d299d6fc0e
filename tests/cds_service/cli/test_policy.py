"""The commands policy check and policy show."""

import re

import pytest
from click.testing import CliRunner

from cards.guidance.switches import SWITCHES
from cards.worked_cases import worked_cases
from cds_service.cli import main


@pytest.fixture
def run(tmp_path):
    """Run a policy command on a text in a file."""

    def run(command: str, text: str) -> tuple[int, str, str]:
        file = tmp_path / "policy.toml"
        file.write_text(text)
        option = [str(file)] if command == "check" else ["--policy", str(file)]
        done = CliRunner().invoke(main, ["policy", command, *option])
        return done.exit_code, done.stdout.replace(str(file), "policy.toml"), done.stderr

    return run


def test_the_defaults_change_no_worked_case(run):
    """A policy that states nothing is accepted and changes nothing."""
    status, text, _ = run("check", "")
    assert status == 0
    assert (
        text
        == f"policy.toml: accepted\n\n0 of {len(worked_cases())} worked cases change against the defaults.\n"
    )


def test_check_names_the_cases_that_change_and_how(run):
    """Another profile changes intervals; each case is named with member, old and new value."""
    status, text, _ = run("check", 'guideline_profile = "nhsbsp"')
    assert status == 0
    assert re.search(r"^W-001 Vascular calcifications both breasts", text, re.MULTILINE)
    assert "  follow_up_interval: P1Y -> P3Y" in text
    assert not text.endswith("\n0 of 183 worked cases change against the defaults.\n")


def test_a_case_with_its_own_choice_does_not_change(run):
    """A site key inside a case overrides the policy, as in assess."""
    _, text, _ = run("check", 'guideline_profile = "nhsbsp"')
    assert "\nW-002 " not in text


def test_check_tells_rules_that_come_go_or_change_their_level(run):
    """A switch that only changes rules or their level shows too."""
    _, text, _ = run("check", '[switches]\nunilateral_flag = "off"\ncategory6_missing_pathology = "critical"')
    assert "  no longer fires: R-CX-11" in text
    assert "  R-CC-07: warning -> critical" in text


def test_check_counts_where_a_muted_rule_would_have_spoken(run):
    """Muting changes no outcome; the site sees how often the rule fires."""
    status, text, _ = run("check", 'muted = ["R-BA-01"]')
    assert status == 0
    assert "0 of 183 worked cases change" in text
    assert re.search(
        r"^Muted: R-BA-01 fires in [1-9]\d* worked cases and gives no card\.$", text, re.MULTILINE
    )


@pytest.mark.parametrize("command", ["check", "show"])
def test_a_refused_policy_ends_with_status_4(run, command):
    """File, key and allowed tokens are told on standard error."""
    status, text, err = run(command, "[switches]\nmax_cards = 0")
    assert (status, text) == (4, "")
    assert "policy.toml: switches.max_cards: " in err
    assert "a whole number from 1" in err


def test_a_missing_file_ends_with_status_2():
    """A file that is not there is wrong usage."""
    assert CliRunner().invoke(main, ["policy", "check", "no-such-file"]).exit_code == 2


def test_show_lists_every_switch_with_its_value_and_source(run):
    """Every choice is listed once; what the file states names the file, the rest the default."""
    status, text, _ = run(
        "show", 'mode = "silent"\n[switches]\nmax_cards = 3\n[tracking.R-TR-04]\noverdue = "P21D"'
    )
    assert status == 0
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines()}
    assert rows["mode"][0] == "silent"
    assert rows["mode"][1].endswith("policy.toml")
    assert rows["max_cards"][0] == "3"
    assert rows["language"] == ["en", "default"]
    assert rows["tracking.R-TR-04.overdue"][0] == "P21D"
    assert rows["tracking.R-TR-04.due"] == ["P14D", "default"]
    assert rows["uncoded_recommendation"] == [
        "check",
        "default;",
        "note",
        "for",
        "reports",
        "read",
        "from",
        "FHIR",
    ]
    assert rows.keys() >= SWITCHES.keys()


def test_show_without_a_file_is_the_defaults():
    """Without a policy nothing names a file."""
    text = CliRunner().invoke(main, ["policy", "show"]).stdout
    assert "policy.toml" not in text
    assert "acr_sbi" in text


@pytest.mark.parametrize("command", [[], ["check"], ["show"]])
def test_the_help_teaches(command):
    """Each help says what the command does, with an example where there is something to type."""
    text = CliRunner().invoke(main, ["policy", *command, "--help"]).output
    assert "policy" in text
    assert "calcification-cds policy" in text or not command
