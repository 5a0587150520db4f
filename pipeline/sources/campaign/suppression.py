"""Suppression: people who opted out, have died or are not coming get no film."""

from __future__ import annotations

import re
from collections.abc import Collection

from pipeline.language.text import strip_invisible
from pipeline.sources.campaign.problem import RowProblem, row_problem
from pipeline.sources.tables import Table, TableRow, is_blank_marker, normalise_name
from pipeline.template import NO, YES

# Normalised column names. In an opt-out column, any value but a "no" suppresses the row; in an opt-in column, a "no".
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
# As in exports of Calendly (Canceled), Luma (approval_status) and Eventbrite (Attendee Status). A plain "Status" is not
# among them: it may be the status of an order, and the subject of the film.
_CALLED_OFF = re.compile(r"cancell?ed")
_ATTENDS = re.compile(r"(?:approval|attendee|attendance|guest|invitee|rsvp)status|rsvp")
_ABSENT_VALUES = frozenset(("declined", "not attending", "not going", "cancelled", "canceled", "refunded", "deleted"))
# Unambiguous values, in any column.
_OUT_VALUES = frozenset(("unsubscribed", "opted out", "opted-out", "opt-out", "abgemeldet", "désabonné", "désinscrit"))
_DEAD_VALUES = re.compile(
    r"(?:deceased|verstorben|décédée?|fallecid[oa]|decedut[oa]|falecid[oa]|overleden|†)[\s\d./-]*"
)
_MAX_CHARS = 40
_MEND_OUT = "Delete the row; if people who opted out should get the film as well, remove the column"
_MEND_DEAD = "Delete the row; if the column means something else, remove it"
_MEND_ABSENT = "Delete the row; if people who are not coming should get the film as well, remove the column"


class Suppression:
    """The suppression columns of a table. Columns that are template fields are exempt."""

    def __init__(self, table: Table, *, fields: Collection[str]) -> None:
        """`fields` are the columns that are template fields."""
        self._fields = frozenset(fields)
        names = {column: normalise_name(column) for column in table.columns if column not in self._fields}
        self._out, self._in, self._dead, self._called_off, self._attends = (
            frozenset(column for column, name in names.items() if pattern.fullmatch(name))
            for pattern in (_OUT, _IN, _DEAD, _CALLED_OFF, _ATTENDS)
        )

    def problem(self, row: TableRow) -> RowProblem | None:
        """Why a row gets no film; None: it is not suppressed."""
        for column, cell in row.cells.items():
            if not cell or column in self._fields:
                continue
            value = strip_invisible(cell[:_MAX_CHARS]).strip().casefold()
            if self._is_out(column, value):
                return row_problem(row, column, cell, "the person opted out", _MEND_OUT)
            if self._is_dead(column, value):
                return row_problem(row, column, cell, "the person has died", _MEND_DEAD)
            if self._is_absent(column, value):
                return row_problem(row, column, cell, "the person is not coming", _MEND_ABSENT)
        return None

    def _is_dead(self, column: str, value: str) -> bool:
        # A "yes" or a date. In a funeral director's table, the column holds a name.
        is_dead = column in self._dead and (value in YES or (value not in NO and any(map(str.isdigit, value))))
        return is_dead or _DEAD_VALUES.fullmatch(value) is not None

    def _is_absent(self, column: str, value: str) -> bool:
        is_absent = value in NO or value in _ABSENT_VALUES
        return (column in self._called_off and value in YES) or (column in self._attends and is_absent)

    def _is_out(self, column: str, value: str) -> bool:
        if column in self._out:
            return value not in NO and not is_blank_marker(value)
        return value in _OUT_VALUES or (column in self._in and value in NO)
