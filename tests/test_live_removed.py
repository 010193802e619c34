"""A model that was removed comes back whole: at once, after a kill, and not when it must not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fluidseries.errors import IdentifierError
from fluidseries.live import Session, Warned, project
from fluidseries.osc.server import Server

from osc_stage import Patch


def made(session, name="hand", value=1.0):
    """A model with two takes that has learned."""
    model = session.new(name, "dtw")
    for label, sign in [("up", 1), ("down", -1)]:
        model.add_take(f"{label}-1", [[sign * value], [2.0 * sign * value]], label)
    model.fit().result(60)
    return model


def check(session, name="hand"):
    model = session[name]
    assert list(model.takes) == ["up-1", "down-1"]
    assert model.predict([[1.0], [2.0]]).label == "up"
    assert [snapshot.number for snapshot in model.snapshots] == [1]
    return model


def files(folder):
    return sorted(file.name for file in (folder / "models").iterdir())


def test_it_comes_back(tmp_path):
    with Session(tmp_path) as session:
        made(session)
        session["hand"].mute("up-1")
        session.remove("hand")
        assert session.removed == ("hand",)
        with pytest.raises(IdentifierError, match="there is no model 'hand'"):
            session["hand"].frame([1.0])
        with pytest.raises(IdentifierError, match=r"no model 'foot' was removed .* hand can"):
            session.restore("foot")
        model = session.restore("hand")
        assert model is session["hand"]
        assert session.removed == ()
        assert model.undo() == "mute up-1 1"
        check(session).fit().result(60)
    with Session(tmp_path) as session:
        assert len(session["hand"].snapshots) == 2
        assert list(session.models) == ["hand"]


def test_a_take_that_was_being_recorded_comes_back(tmp_path):
    with Session(tmp_path) as session:
        hand = made(session)
        hand.record_start("up")
        hand.frame([5.0])
        session.remove("hand")
        hand = session.restore("hand")
        assert hand.recording is None
        assert hand.takes["up-2"].frames.tolist() == [[5.0]]


def test_the_end_of_the_session_is_the_end_of_it(tmp_path):
    with Session(tmp_path) as session:
        made(session)
        made(session, "hand-1")
        session.remove("hand")
        assert files(tmp_path) == ["hand-1-1.json", "hand-1.json"]
    assert files(tmp_path) == ["hand-1-1.json"]
    with Session(tmp_path) as session:
        assert session.removed == ()
        assert session.recovered.skipped_steps == 0
        check(session, "hand-1")
        with pytest.raises(IdentifierError, match="that can come back: none can"):
            session.restore("hand")


def test_another_of_its_name_is_the_end_of_it(tmp_path):
    with Session(tmp_path) as session:
        made(session)
        session.remove("hand")
        session.new("Hand", "dtw")
        assert session.removed == ()
        assert files(tmp_path) == []
        session.remove("Hand")
        made(session, "hand", 3.0)
    with Session(tmp_path) as session:
        assert session["hand"].takes["up-1"].frames[0] == 3.0
        check(session)


KILLED = """
import os, signal, sys
from fluidseries.live import Session
session = Session(sys.argv[1])
session["hand"].record_start("up")
session["hand"].frame([7.0])
session.remove("hand")
session.new("foot", "dtw")
os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
"""


@pytest.mark.parametrize("anew", [False, True], ids=["", "the journal written anew"])
def test_it_comes_back_after_a_kill(tmp_path, monkeypatch, anew):
    with Session(tmp_path) as session:
        made(session)
    run = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert run.returncode != 0
    if anew:
        monkeypatch.setattr(project, "MANY_FRAMES", 0)
        session = Session(tmp_path)
        session._project.close()  # as a kill leaves it
    with Session(tmp_path) as session:
        assert session.recovered.skipped_steps == 0
        assert session.removed == ("hand",)
        assert list(session.models) == ["foot"]
        assert session.restore("hand").takes["up-2"].frames.tolist() == [[7.0]]
        session["hand"].delete("up-2")
        check(session)
    with Session(tmp_path) as session:
        assert list(session.models) == ["foot", "hand"]
        check(session)


def test_what_cannot_be_read_is_told_of(tmp_path):
    with Session(tmp_path) as session:
        events = []
        session.listen(events.append)
        made(session)
        session.remove("hand")
        (tmp_path / "models" / "hand-1.json").write_text("nonsense")
        assert not session.restore("hand").playing
        [told] = [event for event in events if isinstance(event, Warned)]
        assert "snapshot 1 of 'hand' cannot be read" in told.text


def test_undo_over_osc(tmp_path):
    patch = Patch()
    with (
        Session(tmp_path) as session,
        Server(session, port=0, reply=("127.0.0.1", patch.port)) as server,
    ):
        patch.to = server.address
        made(session)
        patch.ask("hand", "remove")
        text = patch.error("/fluidseries/hand/frame", 1.0)
        assert "'hand' was removed: /fluidseries/hand/undo brings it back" in text
        assert patch.ask("hand", "undo") == ("remove",)
        check(session)
        assert patch.ask("hand", "undo") == ("add down-1",)
    patch.close()
