"""A broken table is refused with file, line and reason; nothing is loaded half."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cards.guidance import (
    artery,
    catalogue,
    conditional,
    follow_up,
    normalise,
    order_check,
    pathology,
    recommendation,
    routine,
    situations,
    special_sets,
    surveillance,
    suspicious,
    switches,
    timers,
    tracking,
    verdict,
)
from cards.guidance.table_files import BrokenTable, read_records, read_rows, table_text

Loader = Callable[[str], object]

LOADERS: dict[str, Loader] = {
    "artery.csv": artery.load_artery_rows,
    "base_table.csv": suspicious.load_base_table,
    "citations.csv": catalogue.load_citations,
    "conditional_rows.csv": conditional.load_conditional_rows,
    "follow_up.csv": follow_up.load_follow_up,
    "indicators.csv": situations.load_situations,
    "marked_words.csv": special_sets.load_marked_words,
    "order_checks.csv": order_check.load_order_checks,
    "pathology_rows.csv": pathology.load_pathology_rows,
    "profiles.csv": routine.load_profiles,
    "recommendation_checks.csv": recommendation.load_checks,
    "routine_rows.csv": routine.load_routine_rows,
    "rules.csv": catalogue.load_rules,
    "special_sets.csv": special_sets.load_special_sets,
    "surveillance.csv": surveillance.load_surveillance,
    "switches.toml": switches.load_switches,
    "terms.csv": normalise.load_terms,
    "timers.csv": timers.load_timers,
    "tracking.csv": tracking.load_tracking,
    "verdicts.csv": verdict.load_verdicts,
}

# file, what stands there, what is put in its place, the reason given
FAULTS = [
    ("artery.csv", "R-BA-02,csbi_2023,3", "R-BA-09,csbi_2023,3", "is no rule of the catalogue"),
    ("artery.csv", "csbi_2023,3", "csbi,3", "policy is 'csbi'"),
    ("artery.csv", "1 2,55", "1 2,old", "below_age is 'old', a whole number is needed"),
    ("artery.csv", "1 2,55", "1 1,55", "grades names a word twice"),
    ("base_table.csv", "3 4A |,4A 4B | 3", "3 4A,4A 4B | 3", "it must look like: 4A 4B | 3"),
    ("base_table.csv", "3 4A |,4A 4B | 3", "3 4D |,4A 4B | 3", "it must look like: 4A 4B | 3"),
    ("base_table.csv", "4A 4B | 3", "4A 4B | 4A", "both expected and tolerated"),
    ("base_table.csv", "4A 4B | 3", "| 3", "the expected set is empty"),
    (
        "base_table.csv",
        "R-MO-08,fine_pleomorphic,,,4B |",
        "R-MO-08,fine_pleomorphic,,,",
        "leaves a distribution open",
    ),
    ("base_table.csv", "R-MO-08,fine_pleomorphic", "R-MO-08,amorphous", "stands twice"),
    ("base_table.csv", "morphology_strictness,recent", "morphology_strictness,span", "no alternative 'span'"),
    ("base_table.csv", "morphology_strictness,recent", "strictness,recent", "there is no switch strictness"),
    ("base_table.csv", "amorphous,,,", "amorphous,,recent,", "a value without a switch"),
    ("citations.csv", "C-02,", "C-01,", "C-01 stands twice"),
    ("citations.csv", "C-02,Seeds", "X-02,Seeds", "is no citation id"),
    ("citations.csv", "C-02,Seeds,V", "C-02,Seeds,Q", "evidence holds 'Q'"),
    ("citations.csv", "C-02,Seeds,V", "C-02,,V", "has no text, topic or evidence mark"),
    ("conditional_rows.csv", "R-MO-02,,,,,diffuse,,,,,2,3,\n", "", "no row matches"),
    (
        "conditional_rows.csv",
        "R-CH-02,,,,,regional,active",
        "R-CH-02,,,,,grouped,active",
        "always matches before",
    ),
    ("conditional_rows.csv", "R-AG-04,R-MO-04", "R-AG-04,R-ED-04", "also 'R-ED-04' is no rule"),
    ("conditional_rows.csv", "R-CX-05,,,,yes", "R-CX-05,,,,maybe", "treated is 'maybe'"),
    ("follow_up.csv", "R-FU-07,0P,row", "R-FU-07,0A,row", "0A stands twice"),
    ("follow_up.csv", "R-FU-07,0P,row", "R-FU-07,,row", "category 0P is missing"),
    ("follow_up.csv", "prior_images_retrieval,P30D", ",P30D", "exactly when follow is row"),
    ("follow_up.csv", "prior_images_retrieval,P30D", "prior_images,P30D", "actions holds 'prior_images'"),
    ("indicators.csv", "R-DQ-01,other,info\n", "", "R-DQ-01 other is missing"),
    ("indicators.csv", "R-DQ-01,other,info", "R-DQ-01,suspicious,info", "stands twice"),
    ("indicators.csv", "R-DQ-01,other,info", "R-DQ-01,other,mild", "indicator is 'mild'"),
    ("marked_words.csv", "still_forming,rim", "still_forming,eggshell", "word is 'eggshell'"),
    ("marked_words.csv", "still_forming,rim", "still_forming,vascular", "stands twice"),
    ("order_checks.csv", "R-OS-01,early", "R-OS-09,early", "is no rule of the catalogue"),
    ("order_checks.csv", "R-OS-01,early", "R-OS-01,soon", "check is 'soon'"),
    ("order_checks.csv", "routine,P14D", "routine,", "early and late need an ISO 8601 duration"),
    (
        "order_checks.csv",
        "R-OS-04,instead,screening",
        "R-OS-04,instead,ultrasound",
        "orders holds 'ultrasound'",
    ),
    (
        "order_checks.csv",
        "R-OS-03,side,diagnostic",
        "R-OS-03,side,diagnostic diagnostic",
        "orders names a word twice",
    ),
    ("pathology_rows.csv", "R-PB-12,other,,warning,,multidisciplinary_review,\n", "", "biopsy result other"),
    ("pathology_rows.csv", "group_n,not_in_specimen", "group_n,not_sampled", "when holds 'not_sampled'"),
    ("pathology_rows.csv", "six_month_policy,info,P6M", "six_month_policy,info,P5M", "interval is 'P5M'"),
    ("profiles.csv", "acs_2015,45,54", "acs_2015,46,54", "do not follow on the line before"),
    ("profiles.csv", "nhsbsp,50,70", "nhsbsp,50,40", "to_age lies below from_age"),
    ("profiles.csv", "nhsbsp,50,70,P3Y", "nhsbsp,50,70,", "the interval or its citation is empty"),
    ("profiles.csv", "nhsbsp,50,70,P3Y,,C-34\n", "", "the profile nhsbsp is missing"),
    ("recommendation_checks.csv", "R-RC-06,6,", "R-RC-06,,", "categories is empty"),
    ("recommendation_checks.csv", "screening_exam,info", "screening,info", "when holds"),
    (
        "routine_rows.csv",
        "male,,clinical_follow_up,sex",
        "male,,clinical_follow_up,gender",
        "inputs holds 'gender'",
    ),
    ("routine_rows.csv", "R-FU-08,male", "R-FU-08,man", "when is 'man'"),
    ("rules.csv", "R-SC-02,fires,13,none", "R-SC-01,fires,13,none", "R-SC-01 stands twice"),
    ("rules.csv", "R-SC-02,fires,13,none", "SC-02,fires,13,none", "is no rule id"),
    ("rules.csv", "R-SC-02,fires,13,none", "R-SC-02,fires,13,", "a rule that fires has an indicator"),
    ("rules.csv", "R-SC-02,fires,13,none", "R-SC-02,writing,13,none", "any other has none"),
    ("rules.csv", "R-SC-02,fires,13,none", "R-SC-02,fires,,none", "section is empty"),
    ("rules.csv", "critical,C-53,", "critical,C-99,", "citations holds 'C-99'"),
    ("special_sets.csv", "one_breast_only,R-CX-11,3,\n", "", "one_breast_only is missing"),
    ("special_sets.csv", "one_breast_only,R-CX-11,3,", "one_breast_only,R-CX-11,,", "both empty"),
    ("special_sets.csv", "one_breast_only", "resolved", "resolved stands twice"),
    (
        "surveillance.csv",
        "R-SV-04,m24,,,,P12M,diagnostic_mammogram_bilateral,P12M,none\n",
        "",
        "step m24 has no row",
    ),
    (
        "surveillance.csv",
        "routine,routine,,warning",
        "routine,screening_mammogram,,warning",
        "both routine or neither",
    ),
    ("switches.toml", 'default = "span"', 'default = "wide"', "the default 'wide' is not allowed itself"),
    (
        "switches.toml",
        'allowed = ["span", "birads2013", "recent"]',
        "allowed = []",
        "lists no allowed tokens",
    ),
    ("switches.toml", 'why = "Local habit."', 'why = ""', "does not say why"),
    ("switches.toml", "whole_number_from = 24", 'whole_number_from = "24"', "must be a whole number"),
    ("switches.toml", 'why = "Local habit."', 'why = "Local habit."\nlabel = "x"', "unknown member label"),
    ("switches.toml", 'default = "unilateral"\n', "", "has no default"),
    ("switches.toml", 'default = "unilateral"', "default = unilateral", "Invalid value"),
    ("terms.csv", "morphology,eggshell,rim", "morphology,rim,rim", "is empty or stands twice"),
    (
        "terms.csv",
        "morphology,eggshell,rim,typically",
        "morphology,eggshell,egg,typically",
        "no term of its class",
    ),
    (
        "terms.csv",
        "casting,fine_linear_branching,suspicious",
        "casting,fine_linear_branching,conditional",
        "do not go",
    ),
    ("terms.csv", "distribution,scattered,diffuse", "distribution,scattered,wide", "term is 'wide'"),
    (
        "terms.csv",
        "distribution,fine_linear_branching,fine_linear_branching",
        "distribution,fine_linear_branching,vascular",
        "term is 'vascular'",
    ),
    ("timers.csv", "P30D,,exam,none", "P30D,,,none", "a time needs a clock"),
    ("timers.csv", "yes,P7D", "yes,P5D", "letters is 'P5D'"),
    ("tracking.csv", "R-TR-02,priors", "R-TR-01,priors", "stands twice"),
    ("tracking.csv", "R-TR-02,priors,0P", "R-TR-02,priors,0A", "0A stands twice"),
    ("tracking.csv", "signed,P7D,P14D", "signed,P7D,later", "an ISO 8601 duration is needed"),
    ("tracking.csv", "due,letter_late", "due,", "escalation is empty"),
    (
        "tracking.csv",
        "R-TR-05,concordance,,signed,P7D,P14D,P30D,clock,concordance_missing\n",
        "",
        "is missing",
    ),
    ("verdicts.csv", "in_tolerated,V8", "fits,V8", "fits stands twice"),
    ("verdicts.csv", "above,V12b,R-CC-05,over_called,warning,assigned,,,,\n", "", "above is missing"),
    (
        "verdicts.csv",
        "R-CC-05,over_called,warning,assigned",
        "R-CC-05,wrong,warning,assigned",
        "verdict is 'wrong'",
    ),
]


@pytest.mark.parametrize(("file", "found", "put", "reason"), FAULTS)
def test_a_broken_table_is_refused(file: str, found: str, put: str, reason: str):
    """One fault in a table is named with its file and its reason."""
    text = table_text(file)
    assert found in text
    with pytest.raises(BrokenTable) as refusal:
        LOADERS[file](text.replace(found, put, 1))
    assert refusal.value.file == file
    assert reason in refusal.value.reason
    assert str(refusal.value) == f"{file}, line {refusal.value.line}: {refusal.value.reason}"


def test_the_line_named_is_the_line_of_the_fault():
    """The number is that of the line in the file, comments counted."""
    text = table_text("profiles.csv")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if row.startswith("nhsbsp"))
    with pytest.raises(BrokenTable) as refusal:
        routine.load_profiles(text.replace("nhsbsp,50,70", "nhsbsp,50,seventy"))
    assert refusal.value.line == line


@pytest.mark.parametrize("file", sorted(LOADERS))
def test_every_table_names_the_section_it_implements(file: str):
    """A table without its section is refused."""
    text = table_text(file)
    without = "\n".join(line for line in text.splitlines() if not line.startswith("#")) + "\n"
    with pytest.raises(BrokenTable, match=r"line 1: .* does not name the section"):
        LOADERS[file](without)


@pytest.mark.parametrize("file", sorted(name for name in LOADERS if name.endswith(".csv")))
def test_every_table_has_its_columns(file: str):
    """A header with another column, and a line with a cell too many, are refused."""
    lines = table_text(file).splitlines()
    header = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    renamed = [*lines[:header], lines[header] + "s", *lines[header + 1 :]]
    with pytest.raises(BrokenTable, match=f"line {header + 1}: the columns must be"):
        LOADERS[file]("\n".join(renamed))
    longer = [*lines[: header + 1], lines[header + 1] + ",x", *lines[header + 2 :]]
    with pytest.raises(BrokenTable, match=f"line {header + 2}: .* cells where"):
        LOADERS[file]("\n".join(longer))
    with pytest.raises(BrokenTable, match="the table is empty"):
        LOADERS[file]("\n".join(lines[: header + 1]))


def test_a_quote_that_never_ends_is_refused():
    """Text that is no CSV is refused with its line."""
    with pytest.raises(BrokenTable, match=r"t\.csv, line 3"):
        read_rows("t.csv", ("a", "b"), '# section 1\na,b\n"x,y')


def test_a_record_file_holds_records_only():
    """An entry outside a record is refused with its line."""
    with pytest.raises(BrokenTable, match=r"t\.toml, line 2: a stands outside a record"):
        read_records("t.toml", "# section 1\na = 1\n")
    with pytest.raises(BrokenTable, match=r"t\.toml, line 2: "):
        read_records("t.toml", "# section 1\n[a\n")


def test_every_data_file_has_a_loader_here():
    """No table of this room goes unchecked."""
    room = {path.name for path in Path(catalogue.__file__).parent.iterdir()}
    tables = {name for name in room if name.endswith((".csv", ".toml"))} - {"worked_cases.csv"}
    assert tables == set(LOADERS)
