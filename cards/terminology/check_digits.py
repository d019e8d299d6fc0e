"""Check digits of SNOMED CT (Verhoeff) and LOINC (mod 10): they tell a mistyped code from a new one."""

from __future__ import annotations

# Multiplication of the dihedral group D5 and the permutation that the Verhoeff scheme applies
# to each position, as its author published them in 1969.
_PRODUCT = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)

SNOMED_CT = "http://snomed.info/sct"
LOINC = "http://loinc.org"


def _permutations() -> tuple[tuple[int, ...], ...]:
    rows = [tuple(range(10))]
    for _ in range(7):
        rows.append(tuple(_STEP[digit] for digit in rows[-1]))
    return tuple(rows)


_PERMUTATION = _permutations()


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def snomed_is_valid(code: str) -> bool:
    """Whether a SNOMED CT identifier has 6 to 18 digits and a right Verhoeff check digit."""
    if not (_digits(code) and 6 <= len(code) <= 18):
        return False
    check = 0
    for position, digit in enumerate(reversed(code)):
        check = _PRODUCT[check][_PERMUTATION[position % 8][int(digit)]]
    return check == 0


def loinc_is_valid(code: str) -> bool:
    """Whether a LOINC code such as ``24606-6`` has a right mod 10 check digit.

    Parts and answers (``LP7839-6``, ``LA6668-3``) are numbered by another scheme and pass.
    """
    if code.startswith(("LP", "LA")):
        return True
    number, dash, check = code.rpartition("-")
    if not (dash and _digits(number) and len(check) == 1 and _digits(check)):
        return False
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value // 10 + value % 10
    return (10 - total % 10) % 10 == int(check)


def check_digit_is_wrong(system: str, code: str) -> bool:
    """Whether ``code`` cannot exist in ``system``; False for systems without check digits."""
    if system == SNOMED_CT:
        return not snomed_is_valid(code)
    if system == LOINC:
        return not loinc_is_valid(code)
    return False
