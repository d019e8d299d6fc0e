"""The command assess: rows in, Guidance or an error out, and the exit status."""

import io
import json
from datetime import date

import orjson
import pytest
from click.testing import CliRunner

from cards.policy import Policy
from cards.worked_cases import worked_cases
from cds_service.cli import main
from cds_service.cli.assess import WRITE_BYTES, write_answers

MEMBERS = {
    "model_version", "guideline_profile", "finding_expected", "report_expected", "concordance",
    "max_indicator", "follow_up_interval", "actions", "lay_summary_due",
    "provider_report_due", "resolution_due", "breasts",
    "rules", "not_stated", "problems", "facts",
}  # fmt: skip
GOOD = '{"assessment_overall": "2", "findings": [{"morphology": ["vascular"]}]}'
BAD = '{"findings": [{"laterality": "L"}]}'


def assess(text: str | bytes, *options: str) -> tuple[int, list[dict], str]:
    """Run the command on a text: exit status, printed objects and standard error."""
    done = CliRunner().invoke(main, ["assess", "-", *options], input=text)
    return done.exit_code, [orjson.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_one_object_gives_one_guidance_with_every_member():
    """Every member of the contract is printed, also where it is null or empty."""
    status, (answer,), _ = assess(GOOD)
    assert status == 0
    assert answer.keys() == MEMBERS
    assert answer["resolution_due"] is None


def test_the_worked_cases_come_out_as_expected_in_one_run():
    """All worked cases, as JSON lines, give their expected members and rules in order."""
    lines = "\n".join(json.dumps(case.inputs) for case in worked_cases())
    status, answers, _ = assess(lines)
    assert status == 0
    assert [{name: a[name] for name in c.expected} for c, a in zip(worked_cases(), answers, strict=True)] == [
        case.expected for case in worked_cases()
    ]


@pytest.mark.parametrize(
    "text", [f"[{GOOD},\n{GOOD}]", f"{GOOD}\n{GOOD}\n", json.dumps([json.loads(GOOD)] * 2)]
)
def test_a_list_and_json_lines_give_one_line_each(text):
    """The form of the input does not change the answers."""
    status, answers, _ = assess(text)
    assert (status, len(answers)) == (0, 2)
    assert answers[0] == answers[1]


def test_a_bad_row_is_answered_in_its_place_and_the_rest_goes_on():
    """Rows are counted from 1; the error names member and what is allowed; the status is 1."""
    status, answers, _ = assess(f"{GOOD}\n{BAD}\nnonsense\n[]\n{GOOD}\n")
    assert status == 1
    assert [next(iter(answer)) for answer in answers] == [
        "model_version",
        "error",
        "error",
        "error",
        "model_version",
    ]
    assert [answer["error"]["row"] for answer in answers[1:4]] == [2, 3, 4]
    assert answers[1]["error"]["member"] == "findings[0].laterality"
    assert "left, right, bilateral, missing" in answers[1]["error"]["text"]
    assert answers[2]["error"]["member"] is None


def test_one_bad_object_is_a_bad_row():
    """A single object with a wrong value prints its error and ends with status 1."""
    status, (answer,), _ = assess(BAD)
    assert status == 1
    assert answer["error"].keys() == {"row", "member", "text"}


@pytest.mark.parametrize("text", ["nonsense", '{"sex": NaN}', '{"sex": "female"', "sex=female\nage=3"])
def test_an_input_without_any_json_is_bad_input(text):
    """Where no row is JSON the status is 2, and the rows still say why."""
    status, answers, _ = assess(text)
    assert status == 2
    assert all("no JSON" in answer["error"]["text"] for answer in answers)


@pytest.mark.parametrize("text", ["", " \n", f"[{GOOD}", f"[{GOOD}] x"])
def test_an_input_that_breaks_off_is_bad_input(text):
    """An empty input and a list without an end are told on standard error, status 2."""
    status, _, err = assess(text)
    assert status == 2
    assert err.startswith("Error: standard input: ")


def test_rows_before_a_break_are_answered():
    """What was read before a list breaks off has been assessed."""
    status, answers, _ = assess(f"[{GOOD}, {GOOD}")
    assert (status, len(answers)) == (2, 1)


def test_a_lone_surrogate_is_a_bad_row():
    """A text that is no Unicode cannot be answered with and is refused as JSON."""
    status, answers, _ = assess(GOOD + '\n{"biopsy_deferred_reason": "\\ud800"}')
    assert status == 1
    assert answers[1]["error"]["row"] == 2


def test_site_keys_override_the_policy_of_one_row(tmp_path):
    """A profile inside FACTS holds for that row, the policy's for the others."""
    policy = tmp_path / "policy.toml"
    policy.write_text('guideline_profile = "nhsbsp"')
    own = '{"guideline_profile": "uspstf_2024"}'
    status, answers, _ = assess(f"{GOOD}\n{own}\n", "--policy", str(policy))
    assert status == 0
    assert [answer["guideline_profile"] for answer in answers] == ["nhsbsp", "uspstf_2024"]


def test_a_wrong_site_key_is_a_bad_row():
    """An unknown switch inside FACTS is refused with the known ones."""
    status, (answer,), _ = assess('{"switches": {"max_card": 1}}')
    assert (status, answer["error"]["member"]) == (1, "switches.max_card")


def test_a_refused_policy_ends_with_status_4(tmp_path):
    """No row is assessed under a policy that is not accepted."""
    policy = tmp_path / "policy.toml"
    policy.write_text('guideline_profile = "acr"')
    status, answers, err = assess(GOOD, "--policy", str(policy))
    assert (status, answers) == (4, [])
    assert "guideline_profile" in err
    assert "acr_sbi" in err


def test_a_policy_that_is_no_text_is_refused(tmp_path):
    """A policy file in another encoding ends with status 4."""
    policy = tmp_path / "policy.toml"
    policy.write_bytes(b"\xff\xfe")
    assert assess(GOOD, "--policy", str(policy))[0] == 4


@pytest.mark.parametrize(
    "arguments",
    [["assess"], ["assess", "no-such-file"], ["assess", "-", "--policy", "no-such-file"],
     ["assess", "-", "--today", "tomorrow"]],
)  # fmt: skip
def test_wrong_usage_ends_with_status_2(arguments):
    """A missing file, a missing argument and a day that is none are wrong usage."""
    assert CliRunner().invoke(main, arguments, input=GOOD).exit_code == 2


def test_the_help_teaches_with_an_example():
    """The help shows a line that can be typed, and what the statuses mean."""
    text = CliRunner().invoke(main, ["assess", "--help"]).output
    assert "calcification-cds assess -" in text
    assert "Exit status" in text


def test_rows_are_answered_while_the_input_is_still_coming():
    """No more than a chunk of answers is held back, so that memory does not grow with the input."""
    size = len(orjson.dumps(json.loads(GOOD))) + 40
    lines = [GOOD.encode().ljust(size) + b"\n"] * 400
    written: list[int] = []
    seen: list[int] = []

    class Coming(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:
            seen.append(sum(written))
            if not lines:
                return 0
            line = lines.pop()
            buffer[: len(line)] = line
            return len(line)

    class Out(io.BytesIO):
        def write(self, data: bytes) -> int:
            written.append(len(data))
            return len(data)

    write_answers(io.BufferedReader(Coming()), Policy(), date(2026, 5, 4), Out())
    assert seen[200] > 0
    assert max(written) < 2 * WRITE_BYTES
