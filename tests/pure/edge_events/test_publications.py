"""Publications: one request at a time for each lamp, the newest state wins, and what the edge forgot is told again."""

from __future__ import annotations

import pytest

from callmanager.domain.publications import (
    AWAY_AFTER_S,
    EXPIRES_S,
    PACE_S,
    REFRESH_AFTER_S,
    EdgeSilent,
    Publications,
    PublisherUnknown,
)
from callmanager.domain.sip_publish import (
    Lamp,
    Package,
    PublishAnswer,
    publish_answer_parse,
    publish_request,
)

BOB = Lamp("sip:102@acme.example", Package.DIALOG)
CAROL = Lamp("sip:103@acme.example", Package.DIALOG)


def told(publications: Publications, body: str, *, now: float = 0.0, keeps: bool = True) -> None:
    publications.want(BOB, body, keeps=keeps)
    (request,) = publications.requests(now)
    assert publications.answer(PublishAnswer(request.key, 200, f"etag-{body}"), now) == BOB


def test_a_state_is_told_once_and_named_by_its_etag() -> None:
    publications = Publications("p")
    told(publications, "one")
    publications.want(BOB, "one", keeps=True)
    assert publications.requests(1.0) == []
    publications.want(BOB, "two", keeps=True)
    (request,) = publications.requests(2.0)
    assert (request.body, request.etag) == ("two", "etag-one")
    assert publications.etags[BOB] == "etag-one"


def test_while_one_is_on_the_way_the_newest_waits() -> None:
    publications = Publications("p")
    publications.want(BOB, "one", keeps=True)
    (first,) = publications.requests(0.0)
    for body in ("two", "three"):
        publications.want(BOB, body, keeps=True)
        assert publications.requests(0.1) == []
    publications.answer(PublishAnswer(first.key, 200, "e1"), 0.2)
    assert publications.requests(0.2 + PACE_S / 2) == []
    (second,) = publications.requests(0.3)
    assert (second.body, second.etag) == ("three", "e1")
    publications.answer(PublishAnswer(second.key, 200, "e2"), 0.4)
    assert not publications.is_waiting


def test_lamps_do_not_wait_for_each_other() -> None:
    publications = Publications("p")
    publications.want(BOB, "one", keeps=True)
    publications.want(CAROL, "one", keeps=True)
    assert {request.lamp for request in publications.requests(0.0)} == {BOB, CAROL}


def test_an_etag_that_the_edge_forgot_is_left_out() -> None:
    publications = Publications("p", etags={BOB: "old"})
    publications.want(BOB, "one", keeps=True)
    (request,) = publications.requests(0.0)
    assert request.etag == "old"
    assert publications.answer(PublishAnswer(request.key, 412, ""), 0.1) is None
    (again,) = publications.requests(0.2)
    assert (again.etag, again.body) == ("", "one")


def test_silence_is_asked_again_and_ends_in_a_fault() -> None:
    publications = Publications("p")
    publications.want(BOB, "one", keeps=True)
    (first,) = publications.requests(0.0)
    assert publications.requests(0.4) == []
    assert publications.requests(0.6) == [first]
    assert publications.requests(1.1) == [first]
    with pytest.raises(EdgeSilent):
        publications.requests(AWAY_AFTER_S + 0.1)


def test_a_refusal_is_tried_again_later() -> None:
    publications = Publications("p")
    publications.want(BOB, "one", keeps=True)
    (request,) = publications.requests(0.0)
    publications.answer(PublishAnswer(request.key, 500, ""), 0.1)
    assert publications.requests(1.0) == []
    assert len(publications.requests(6.0)) == 1


def test_a_new_start_of_the_edge_is_noticed_and_everything_told_again() -> None:
    publications = Publications("p")
    told(publications, "one")
    publications.want(BOB, "two", keeps=True)
    (request,) = publications.requests(1.0)
    with pytest.raises(PublisherUnknown):
        publications.answer(PublishAnswer(request.key, 403, ""), 1.1)
    publications.tell_all_again()
    (again,) = publications.requests(1.2)
    assert again.body == "two"


def test_what_must_stay_is_refreshed_without_a_word_and_the_rest_forgotten() -> None:
    publications = Publications("p")
    told(publications, "one")
    publications.refresh(REFRESH_AFTER_S - 1)
    assert publications.requests(REFRESH_AFTER_S - 1) == []
    publications.refresh(REFRESH_AFTER_S + 1)
    (request,) = publications.requests(REFRESH_AFTER_S + 1)
    assert (request.body, request.etag) == (None, "etag-one")
    publications.answer(PublishAnswer(request.key, 200, "e2"), REFRESH_AFTER_S + 1)
    assert publications.requests(REFRESH_AFTER_S + 2) == []
    publications.let_expire(BOB)
    publications.refresh(REFRESH_AFTER_S + 2 + EXPIRES_S)
    assert publications.take_gone() == [BOB]
    assert publications.lamps == frozenset()


def test_a_strangers_answer_changes_nothing() -> None:
    publications = Publications("p")
    publications.want(BOB, "one", keeps=True)
    publications.requests(0.0)
    assert publications.answer(PublishAnswer("other", 200, "e"), 0.1) is None
    assert publications.is_waiting


@pytest.mark.parametrize(
    "uri",
    ["sip:102@acme.example\r\nX: y", "sip:@acme.example", "102@acme.example", "sip:1 2@acme.example", ""],
)
def test_nothing_but_addresses_of_ours_is_published(uri: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Lamp(uri, Package.DIALOG)


def test_a_request_is_what_the_rfc_says() -> None:
    text = publish_request(
        BOB,
        body="<x/>",
        etag="e1",
        expires_s=60,
        key="k1",
        sequence=7,
        source="127.0.0.1:5",
        edge="127.0.0.1:6",
    ).decode()
    head, _, body = text.partition("\r\n\r\n")
    assert head.startswith("PUBLISH sip:102@acme.example SIP/2.0\r\n")
    assert {
        "SIP-If-Match: e1",
        "Event: dialog",
        "Expires: 60",
        "Content-Length: 4",
        "CSeq: 7 PUBLISH",
    } <= set(head.split("\r\n"))
    assert body == "<x/>"


def test_an_answer_is_read_by_its_call_id() -> None:
    answer = b"SIP/2.0 200 OK\r\nCall-ID: k1@lamps\r\nSIP-ETag: e9\r\nContent-Length: 0\r\n\r\n"
    assert publish_answer_parse(answer) == PublishAnswer("k1", 200, "e9")
    for other in (
        b"",
        b"\xff\xfe",
        answer.replace(b"@lamps", b"@other"),
        b"OPTIONS sip:x SIP/2.0\r\n\r\n",
        b"SIP/2.0 999 X\r\n\r\n",
    ):
        assert publish_answer_parse(other) is None


def test_the_last_word_is_taken_back_once_it_was_told() -> None:
    publications = Publications("p")
    told(publications, "one")
    publications.want(BOB, "over", is_last=True)
    (last,) = publications.requests(1.0)
    assert (last.body, last.expires_s) == ("over", EXPIRES_S)
    publications.answer(PublishAnswer(last.key, 200, "e2"), 1.1)
    (back,) = publications.requests(1.2)
    assert (back.body, back.expires_s, back.etag) == (None, 0, "e2")
    publications.answer(PublishAnswer(back.key, 200, "e3"), 1.3)
    assert publications.take_gone() == [BOB]
    assert (publications.requests(2.0), publications.lamps) == ([], frozenset())
    told(publications, "new", now=3.0)


def test_what_comes_before_the_last_word_is_taken_back_waits_for_that() -> None:
    """The edge would swallow it as a late word of what is over."""
    publications = Publications("p")
    told(publications, "one")
    publications.want(BOB, "over", is_last=True)
    (last,) = publications.requests(1.0)
    publications.answer(PublishAnswer(last.key, 200, "e2"), 1.0)
    publications.want(BOB, "new")
    (back,) = publications.requests(1.0)
    assert (back.body, back.expires_s, back.etag) == (None, 0, "e2")
    publications.answer(PublishAnswer(back.key, 200, ""), 1.2)
    assert publications.requests(1.2 + PACE_S / 2) == []
    (new,) = publications.requests(1.3)
    assert (new.body, new.etag, new.expires_s) == ("new", "", EXPIRES_S)
    publications.answer(PublishAnswer(new.key, 200, "e3"), 1.4)
    assert not publications.is_waiting


def test_a_last_word_that_is_overtaken_on_its_way_is_taken_back_all_the_same() -> None:
    publications = Publications("p")
    told(publications, "one")
    publications.want(BOB, "over", is_last=True)
    (last,) = publications.requests(1.0)
    publications.want(BOB, "new")
    publications.answer(PublishAnswer(last.key, 200, "e2"), 1.1)
    (back,) = publications.requests(1.2)
    assert (back.body, back.expires_s) == (None, 0)


@pytest.mark.parametrize("status", [200, 412])
def test_what_comes_while_the_last_word_is_taken_back_begins_anew(status: int) -> None:
    publications = Publications("p")
    told(publications, "one")
    publications.want(BOB, "over", is_last=True)
    (last,) = publications.requests(1.0)
    publications.answer(PublishAnswer(last.key, 200, "e2"), 1.1)
    (back,) = publications.requests(1.2)
    publications.want(BOB, "new")
    assert publications.requests(1.3) == []
    publications.answer(PublishAnswer(back.key, status, ""), 1.4)
    (new,) = publications.requests(1.5)
    assert (new.body, new.etag, new.expires_s) == ("new", "", EXPIRES_S)
