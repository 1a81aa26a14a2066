"""The list of receipts: published at the closing, in an order that says nothing, with one's own marked."""

from sqlmodel import select

from surveys.models import Round, Submission
from surveys.queries.receipts import receipts_of_round
from surveys.services.submissions import receipt_code
from tests.builders import a_rating_round_on, expert_client
from tests.delphi.archive.conftest import Sealed


def rated_round(archived: Sealed) -> int:
    with archived.app.extensions["delphi_database"].reading() as session:
        return session.exec(select(Round.id).where(Round.number == 2)).one()


def test_everybody_who_sent_finds_their_own_receipt(archived: Sealed) -> None:
    round_id = rated_round(archived)
    with archived.app.extensions["delphi_database"].reading() as session:
        sent = {one.panellist_id: one for one in session.exec(select(Submission)).all() if one.digest}
    own = sent[archived.small.panellists[1]]
    page = expert_client(archived.app, archived.small, archived.small.experts[1]).get(f"/my/rounds/{round_id}/receipts")
    digests = [one.digest for one in sent.values()]
    places = [page.text.index(digest) for digest in sorted(digests)]
    assert (len(digests), places) == (4, sorted(places))
    assert f"<b>{own.receipt}</b> (yours)" in page.text
    assert page.text.count("(yours)") == 1
    assert own.receipt == receipt_code(own.digest)
    assert own.nonce not in page.text


def test_who_sent_nothing_finds_none_marked(archived: Sealed) -> None:
    client = expert_client(archived.app, archived.small, archived.small.experts[4])
    page = client.get(f"/my/rounds/{rated_round(archived)}/receipts").text
    assert "none of these is yours" in page and "(yours)" not in page


def test_an_open_round_has_no_list(archived: Sealed) -> None:
    with archived.app.extensions["delphi_database"].writing() as session:
        from surveys.models import Statement

        statement = session.exec(select(Statement.id)).first()
        assert statement is not None
        round_id = a_rating_round_on(session, archived.small, statements=[statement]).id
        assert receipts_of_round(session, round_id=round_id, panellist_id=archived.small.panellists[0]) is None
    client = expert_client(archived.app, archived.small, archived.small.experts[0])
    assert client.get(f"/my/rounds/{round_id}/receipts").status_code == 303
