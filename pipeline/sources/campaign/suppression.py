"""Columns in which it says who wants no mail, has died, or is not coming: they get no film."""

from __future__ import annotations

import re
from collections.abc import Collection

from pipeline.language.text import strip_invisible
from pipeline.sources.campaign.problem import RowProblem, row_problem
from pipeline.sources.tables import Table, TableRow, is_blank_marker, normalise_name
from pipeline.template import NO, YES

# Names of columns, plain. Of the first kind, all but a no is one; of the other, a no is.
_OUT = re.compile(
    r"(?:is)?unsubscribed?(?:fromallemails?)?|(?:e?mail)?optout|(?:has)?optedout(?:ofe?mail.*)?"
    r"|donot(?:contact|e?mail|send)|nomarketing|abgemeldet|keinewerbung|désabonnée?|désinscrite?"
)
_IN = re.compile(
    r"(?:invitee)?accept(?:s|ed)(?:e?mail)?marketing(?:e?mails?)?|(?:e?mail)?optin|(?:has)?optedin|(?:e?mail)?(?:marketing)?consent"
    r"|(?:werbe)?einwilligung"
)
_DEAD = re.compile(
    r"(?:is)?deceased(?:date|on)?|verstorben(?:am)?|décédée?|fallecid[oa]|decedut[oa]|falecid[oa]|overleden"
    r"|(?:date)?ofdeath|deathdate|sterbedatum|todesdatum"
)
# As Calendly (Canceled), Luma (approval_status) and Eventbrite (Attendee Status) call them. A bare "Status" may be that
# of an order, and be what the film is about.
_CALLED_OFF = re.compile(r"cancell?ed")
_ATTENDS = re.compile(r"(?:approval|attendee|attendance|guest|invitee|rsvp)status|rsvp")
_SAYS_ABSENT = frozenset(("declined", "not attending", "not going", "cancelled", "canceled", "refunded", "deleted"))
# Whole cells of any column that say it by themselves.
_SAYS_OUT = frozenset(("unsubscribed", "opted out", "opted-out", "opt-out", "abgemeldet", "désabonné", "désinscrit"))
_SAYS_DEAD = re.compile(r"(?:deceased|verstorben|décédée?|fallecid[oa]|decedut[oa]|falecid[oa]|overleden|†)[\s\d./-]*")
_LOOKED_AT_CHARS = 40
_MEND = "Leave it out; if the film is for people who want no mail as well, take the column out of the table"
_MEND_DEAD = "Leave it out; if it means something else, take the column out of the table"
_MEND_ABSENT = "Leave it out; if the film is for people who are not coming as well, take the column out of the table"


class Suppression:
    """The columns of a table that say who gets no film; `fields` of a template are its own affair."""

    def __init__(self, table: Table, *, fields: Collection[str]) -> None:
        self._fields = frozenset(fields)
        names = {column: normalise_name(column) for column in table.columns if column not in self._fields}
        self._out = frozenset(column for column, name in names.items() if _OUT.fullmatch(name))
        self._in = frozenset(column for column, name in names.items() if _IN.fullmatch(name))
        self._dead = frozenset(column for column, name in names.items() if _DEAD.fullmatch(name))
        self._called_off = frozenset(column for column, name in names.items() if _CALLED_OFF.fullmatch(name))
        self._attends = frozenset(column for column, name in names.items() if _ATTENDS.fullmatch(name))

    def said(self, row: TableRow) -> RowProblem | None:
        """What is wrong with the row of somebody who gets no film; None: it is not told so."""
        for column, cell in row.cells.items():
            if not cell or column in self._fields:
                continue
            said = strip_invisible(cell[:_LOOKED_AT_CHARS]).strip().casefold()
            if self._is_out(column, said):
                return row_problem(row, column, cell, "says that this one wants no mail", _MEND)
            if self._is_dead(column, said):
                return row_problem(row, column, cell, "says that this one has died", _MEND_DEAD)
            if self._is_absent(column, said):
                return row_problem(row, column, cell, "says that this one is not coming", _MEND_ABSENT)
        return None

    def _is_dead(self, column: str, said: str) -> bool:
        # At an undertaker's, there may stand a name.
        is_said = column in self._dead and (said in YES or (said not in NO and any(map(str.isdigit, said))))
        return is_said or _SAYS_DEAD.fullmatch(said) is not None

    def _is_absent(self, column: str, said: str) -> bool:
        comes_not = said in NO or said in _SAYS_ABSENT
        return (column in self._called_off and said in YES) or (column in self._attends and comes_not)

    def _is_out(self, column: str, said: str) -> bool:
        if column in self._out:
            return said not in NO and not is_blank_marker(said)
        return said in _SAYS_OUT or (column in self._in and said in NO)
