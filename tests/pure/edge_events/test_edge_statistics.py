"""What the edge answers to questions about itself."""

from __future__ import annotations

import pytest

from callmanager.domain.edge_events import EdgeFormatError
from callmanager.domain.edge_statistics import EdgeWorker, edge_statistics_parse, edge_workers_parse


def test_statistics_are_numbers_by_group_and_name() -> None:
    lines = ["core:rcv_requests = 12", "usrloc:location_contacts = 3", "tmx:2xx_transactions = 0"]
    assert edge_statistics_parse(lines) == {
        "core:rcv_requests": 12,
        "usrloc:location_contacts": 3,
        "tmx:2xx_transactions": 0,
    }


def test_a_line_of_another_form_is_left_out() -> None:
    assert edge_statistics_parse(["core: =", 7, "core:x = -", "core:y = 1"]) == {"core:y": 1}


def test_statistics_that_are_no_list_are_refused() -> None:
    with pytest.raises(EdgeFormatError):
        edge_statistics_parse({"core": 1})


def test_workers_are_active_by_the_first_letter_of_their_flags() -> None:
    def target(uri: str, flags: str) -> object:
        return {"DEST": {"URI": uri, "FLAGS": flags, "PRIORITY": 0}}

    targets = [target("sip:127.0.0.1:1", "AP"), target("sip:127.0.0.1:2", "IP")]
    result = {"NRSETS": 1, "RECORDS": [{"SET": {"ID": 1, "TARGETS": targets}}]}
    assert edge_workers_parse(result) == (
        EdgeWorker("sip:127.0.0.1:1", is_active=True),
        EdgeWorker("sip:127.0.0.1:2", is_active=False),
    )


def test_no_workers_are_no_error() -> None:
    assert edge_workers_parse({"NRSETS": 0, "RECORDS": []}) == ()
    assert edge_workers_parse(None) == ()
