"""Logs: what happened last comes first, of any states, at a cost that does not depend on how much there is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Select, bindparam, select, union_all


def last_of_states(rows: Select[Any], state: Column[Any], key: Column[Any], states: int) -> Select[Any]:
    """Select the last `limit` rows, by their key, that have one of so many states; of any state if these are none.

    The states are the bind parameters `state0`, `state1` and so on, no two of them alike.
    """
    # Each state is walked from its end: were all walked together, whatever has other states would be looked at too.
    some = [rows.where(state == bindparam(f"state{at}")) for at in range(states)] or [rows]
    ended = [each.order_by(key.desc()).limit(bindparam("limit")) for each in some]
    if len(ended) == 1:
        return ended[0]
    every = union_all(*(select(each.subquery()) for each in ended)).subquery()
    return select(every).order_by(every.c[key.name].desc()).limit(bindparam("limit"))
