"""Resources: everything that came with one report, found by reference or by type.

Plain JSON objects are indexed as they are; nothing here raises for what they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cards.problem import Problem

Json = dict[str, object]


class Resources:
    """Index of the received resources. Building it takes linear time.

    Bundles (document, collection, searchset) may stand among the resources: their entries are indexed
    with their ``fullUrl``. Entries that are no resource are noted in ``problems`` and set
    ``unreadable``; a page that was not followed and an OperationOutcome set ``incomplete``.
    ``versions`` are resources that came again under the same type and id.
    """

    __slots__ = (
        "_by_reference",
        "_by_type",
        "_contained",
        "_identified",
        "_told",
        "all",
        "incomplete",
        "problems",
        "unreadable",
        "versions",
    )

    def __init__(self, resources: Iterable[object], problems: list[Problem]) -> None:
        self.problems = problems
        self._told = tuple(problems)
        self.incomplete = self.unreadable = False
        self.all: list[Json] = []
        self.versions: list[Json] = []
        self._by_reference: dict[str, Json] = {}
        self._by_type: dict[str, list[Json]] = {}
        self._identified: dict[tuple[str, str], Json] | None = None
        self._contained: dict[int, dict[object, Json]] = {}
        for position, resource in enumerate(resources):
            self._add(resource, None, position)

    def _add(self, resource: object, full_url: object, position: int) -> None:
        if not isinstance(resource, dict):
            self._refuse(f"resources[{position}]", "An entry is not a JSON object.")
            return
        kind = resource.get("resourceType")
        if not isinstance(kind, str):
            self._refuse(f"resources[{position}]", "A resource has no resourceType.")
            return
        if kind == "Bundle":
            self._add_entries(resource, position)
            return
        if kind == "OperationOutcome":
            self._note_outcome(resource, position)
            return
        ident = resource.get("id")
        is_again = False
        if isinstance(ident, str):
            name = f"{kind}/{ident}"
            first = self._by_reference.get(name)
            # What lies there under an address that somebody gave it is not the resource of that name.
            if first is not None and first.get("id") == ident and first.get("resourceType") == kind:
                is_again = True
            else:
                self._by_reference[name] = resource
        if isinstance(full_url, str):
            self._by_reference.setdefault(full_url, resource)
        if is_again:
            # The same resource sent twice (context and prefetch), or an earlier version of it.
            self.versions.append(resource)
            return
        self.all.append(resource)
        same = self._by_type.get(kind)
        if same is None:
            self._by_type[kind] = [resource]
        else:
            same.append(resource)

    def _refuse(self, location: str, text: str) -> None:
        self.unreadable = True
        self.problems.append(Problem(location, "unreadable-resource", text))

    def _lack(self, location: str, code: str, text: str) -> None:
        """Note data that did not come, unless the caller said so before with a better place."""
        self.incomplete = True
        if not any(problem.code == code for problem in self._told):
            self.problems.append(Problem(location, code, text))

    def _note_outcome(self, outcome: Json, position: int) -> None:
        """An error in place of data means that data are missing; a warning or a hint does not."""
        for issue in references_of(outcome.get("issue")):
            if isinstance(issue, dict) and issue.get("severity") in ("fatal", "error"):
                text = "The server sent an error in place of data."
                self._lack(f"resources[{position}]", "operation-outcome", text)
                return

    def _add_entries(self, bundle: Json, position: int) -> None:
        for link in references_of(bundle.get("link")):
            if isinstance(link, dict) and link.get("relation") == "next":
                text = "The search has a further page that did not come along."
                self._lack(f"resources[{position}].link", "unread-page", text)
        entries = bundle.get("entry")
        if entries is None:
            return
        if not isinstance(entries, list):
            self._refuse(f"resources[{position}].entry", "Bundle.entry is not a list.")
            return
        for entry in entries:
            if isinstance(entry, dict):
                resource = entry.get("resource")
                if resource is not None or "resource" in entry:
                    self._add(resource, entry.get("fullUrl") if len(entry) > 1 else None, position)

    def of_type(self, kind: str) -> list[Json]:
        """Every top-level resource of one type, in the order received."""
        found = self._by_type.get(kind)
        return [] if found is None else found

    def find(self, kind: str, ident: str | None) -> Json | None:
        """The resource with this type and id."""
        return None if ident is None else self._by_reference.get(f"{kind}/{ident}")

    def reference_of(self, resource: Json) -> str:
        """``Type/id`` of a resource; ``Type`` alone when it has no id."""
        ident = resource.get("id")
        kind = resource.get("resourceType")
        if isinstance(kind, str) and isinstance(ident, str):
            return f"{kind}/{ident}"
        return f"{kind}/{ident}" if isinstance(ident, str) else str(kind)

    def resolve(self, reference: object, holder: Json) -> Json | None:
        """The resource that a Reference of ``holder`` points to; None when it did not come.

        Understands relative, absolute, versioned (``/_history/2``), ``urn:uuid:``, ``#contained`` and
        logical references (identifier only), and R5 CodeableReference.
        """
        if not isinstance(reference, dict):
            return None
        literal = reference.get("reference")
        if isinstance(literal, dict):
            return self.resolve(literal, holder)
        if not isinstance(literal, str):
            return self._by_identifier(reference.get("identifier"))
        found = self._by_reference.get(literal)
        if found is not None:
            return found
        if literal.startswith("#"):
            return self._contained_in(holder).get(literal[1:])
        bare = literal.partition("/_history/")[0]
        found = self._by_reference.get(bare)
        if found is None and "/" in bare:
            found = self._by_reference.get("/".join(bare.rsplit("/", 2)[-2:]))
        return found

    def _contained_in(self, holder: Json) -> dict[object, Json]:
        """id -> resource, for the resources inside ``holder``; kept, as a report may contain thousands."""
        known = self._contained.get(id(holder))
        if known is None:
            known = {}
            for resource in references_of(holder.get("contained")):
                if isinstance(resource, dict) and isinstance(resource.get("id"), str):
                    known.setdefault(resource["id"], resource)
            self._contained[id(holder)] = known
        return known

    def _by_identifier(self, identifier: object) -> Json | None:
        key = _identifier_key(identifier)
        if key is None:
            return None
        if self._identified is None:
            self._identified = {}
            for resource in self.all:
                for own in _identifiers(resource):
                    self._identified.setdefault(own, resource)
        return self._identified.get(key)


def references_of(value: object) -> list[object]:
    """The members of a list of References, or of one that was sent without its list."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def shown(reference: object) -> str:
    """A Reference as people may see it: its literal, cut to 128 characters."""
    literal = reference.get("reference") if isinstance(reference, dict) else None
    literal = literal.strip()[:128] if isinstance(literal, str) else ""
    return literal or "A reference without an address"


def address_of(reference: object) -> object:
    """What References of two resources to a third share: its literal, or system and value; else None."""
    if not isinstance(reference, dict):
        return None
    literal = reference.get("reference")
    if isinstance(literal, str):
        return None if literal.startswith("#") else literal
    return _identifier_key(reference.get("identifier"))


def _identifier_key(identifier: object) -> tuple[str, str] | None:
    if not isinstance(identifier, dict):
        return None
    system, value = identifier.get("system", ""), identifier.get("value")
    return (system, value) if isinstance(system, str) and isinstance(value, str) else None


def _identifiers(resource: Json) -> Iterator[tuple[str, str]]:
    own = resource.get("identifier")
    for identifier in own if isinstance(own, list) else (own,):
        key = _identifier_key(identifier)
        if key is not None:
            yield key
