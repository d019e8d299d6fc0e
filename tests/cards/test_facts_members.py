"""The table of members: a broken row is refused with file, line and reason."""

import pytest

from cards.facts_members import TABLE, MemberTableError, load_members

TEXT = TABLE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("level,member,", "member,level,", "line 1: columns must be level,member"),
        ("report,sex,", "patient,sex,", "sex: level must be report or finding"),
        ("report,sex,code", "report,sex,text", "values must be given for code, codes, whole_number"),
        ("report,sex,code", "report,sex,word", "type must be one of code, codes"),
        ("female;male;unknown,no", "female;male;unknown,never", "null must be yes or no"),
        ("female;male;unknown", "female;female;unknown", "values must be given once each"),
        ("female;male;unknown,no,female", "female;male;unknown,no,male", "default must be that of Facts"),
        (
            "female;male;unknown,no,female",
            "female;male;unknown,no,other",
            "sex: one of female, male, unknown",
        ),
        ("report,sex,", "report,gender,", "gender: member must be a field of Facts"),
        ("report,sex,", "report,deceased,boolean,,no,false,Twice\nreport,sex,", "deceased: comes twice"),
        (",Anatomy that the guidance is written for", ",", "sex: meaning must not be empty"),
        ("report,sex,code,", "report,sex,", "must have 7 cells"),
        ("0..150", "young..old", "age_years: invalid literal"),
        ("no,false,The patient has died", "no,maybe,The patient has died", "deceased: 'maybe'"),
    ],
)
def test_a_broken_row_is_refused(old, new, reason):
    """Each kind of slip in the table is refused with the file, the line and the reason."""
    assert old in TEXT
    with pytest.raises(MemberTableError) as refused:
        load_members(TEXT.replace(old, new, 1))
    assert f"{TABLE.name} line" in str(refused.value)
    assert reason in str(refused.value)


def test_a_member_without_a_row_is_refused():
    """A fact that the table forgets is named."""
    rows = [row for row in TEXT.splitlines() if not row.startswith("finding,symmetry,")]
    with pytest.raises(MemberTableError, match="no row for symmetry"):
        load_members("\n".join(rows))
