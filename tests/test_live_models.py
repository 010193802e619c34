"""One live model: snapshots, what it does by itself, segments, settings, errors."""

from __future__ import annotations

import asyncio
import math

import numpy as np
import pytest

import fluidseries as fs
from fluidseries.errors import (
    BusyError,
    CancelledError,
    DimensionError,
    EmptyError,
    FluidSeriesError,
    FormatError,
    IdentifierError,
    InputError,
    InputTypeError,
    NonFiniteError,
    NotFittedError,
    ParameterError,
)
from fluidseries.live import (
    Answer,
    FitCancelled,
    FitFailed,
    Fitted,
    Progress,
    Recalled,
    Recorded,
    SegmentStarted,
    SegmentStopped,
    Session,
    Warned,
)

PERIOD = 0.01


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def session(tmp_path, clock):
    with Session(tmp_path / "project", clock) as session:
        yield session


@pytest.fixture
def events(session):
    heard = []
    session.listen(heard.append)
    return heard


def send(model, frames, clock, period=PERIOD):
    answers = []
    for frame in frames:
        clock.now += period
        answers.append(model.frame(frame))
    return answers


def record(model, clock, name, frames, period=PERIOD):
    model.record_start(name)
    send(model, frames, clock, period)
    return model.record_stop()


def bump(height, length=20):
    return height * np.sin(np.linspace(0, np.pi, length))[:, np.newaxis]


def gestures(model, clock):
    for size in (0.8, 1.0, 1.2):
        record(model, clock, "up", bump(size))
        record(model, clock, "down", bump(-size))


def test_recording(session, clock, events):
    hand = session.new("hand", "regressor")
    hand.target([440.0, 1])
    assert hand.record_start("wave") == hand.recording == "wave-1"
    with pytest.raises(InputError, match="is recording 'wave-1': stop that first"):
        hand.record_start("wave")
    with pytest.raises(InputError, match="no frame came in for 'wave-1'"):
        hand.record_stop()
    send(hand, bump(1), clock)
    hand.target([880.0, 1])
    take = hand.record_stop()
    assert (take.id, len(take), take.point, take.label) == ("wave-1", 20, (440.0, 1.0), None)
    assert take.rate == pytest.approx(100)
    assert take.seconds == pytest.approx(0.2)
    assert events == [Recorded("hand", "wave-1", 20, take.seconds)]
    assert record(hand, clock, "wave", bump(2)).point == (880.0, 1.0)
    hand.record_start("wave")
    send(hand, bump(3), clock)
    assert hand.record_discard() == "wave-3"
    assert list(hand.takes) == ["wave-1", "wave-2"]
    with pytest.raises(InputError, match="not recording"):
        hand.record_stop()
    with pytest.raises(DimensionError, match="the frame has 2 numbers, but 'hand' takes 1"):
        hand.frame([1.0, 2.0])


def test_a_target_is_followed(session, clock):
    hand = session.new("hand", "regressor", targets="frame")
    with pytest.raises(InputError, match="no target to follow"):
        hand.record_start("wave")
    hand.target(0.0)
    hand.record_start("wave")
    for step in range(5):
        hand.target(step)
        send(hand, [[10.0 * step]], clock)
    with pytest.raises(DimensionError, match="2 numbers, but had 1 when"):
        hand.target([1.0, 2.0])
    take = hand.record_stop()
    assert take.targets[:, 0].tolist() == [0, 1, 2, 3, 4]
    source, target = hand.data()
    assert isinstance(target, fs.DataSeries)
    assert (target["wave-1"] * 10 == source["wave-1"]).all()
    assert hand.current_target == (4.0,)


def test_a_target_of_another_width_is_refused_at_once(session, clock):
    hand = session.new("hand", "regressor")
    hand.target([1.0, 2.0])
    hand.target(5.0)
    record(hand, clock, "wave", bump(1))
    with pytest.raises(DimensionError, match=r"2 numbers, but that of 'wave-1', a take of 'hand', "
                       "has 1: send as many, or delete or mute the takes before"):  # fmt: skip
        hand.target([1.0, 2.0])
    assert hand.current_target == (5.0,)
    hand.mute("wave-1")
    hand.target([1.0, 2.0])
    hand.mute("wave-1", False)
    with pytest.raises(DimensionError, match="the target has 2 numbers, but that of 'wave-1'"):
        hand.record_start("wave")
    assert hand.recording is None
    # Where some have been given another target, both are right, and a fit says what it wants.
    hand.add_take("other", bump(1), [1.0, 2.0])
    record(hand, clock, "wave", bump(1))
    hand.target(1.0)
    hand.delete_all()
    hand.target([1.0, 2.0, 3.0])


def test_a_followed_target_of_another_width_is_refused_at_once(session, clock):
    hand = session.new("hand", "regressor", targets="frame")
    hand.target([0.0, 0.0])
    record(hand, clock, "wave", bump(1))
    with pytest.raises(DimensionError, match="1 number, but that of 'wave-1'"):
        hand.target(1.0)
    hand.target([1.0, 1.0])
    record(hand, clock, "wave", bump(1))


def test_pre_roll_and_still_ends(session, clock):
    hand = session.new("hand", "classifier", pre_roll=3, trim_still=True)
    still = np.zeros((10, 1))
    send(hand, np.arange(6.0)[:, np.newaxis] / 1000, clock)
    hand.record_start("up")
    send(hand, [*still, *bump(1)[1:], *still], clock)
    take = hand.record_stop()
    assert len(take) == 20
    assert np.allclose(take.frames, bump(1))
    assert hand.undo() == "trim up-1 12 32"
    assert hand.takes["up-1"].frames[:3, 0].tolist() == [0.003, 0.004, 0.005]
    assert hand.takes["up-1"].rate == pytest.approx(100, rel=0.2)


def test_a_pause_does_not_change_the_rate(session, clock):
    hand = session.new("hand", "classifier", pre_roll=5)
    send(hand, bump(1), clock)
    clock.now += 3
    hand.record_start("up")
    send(hand, bump(1)[:10], clock)
    clock.now += 2
    send(hand, bump(1)[10:], clock)
    assert hand.record_stop().rate == pytest.approx(1 / PERIOD)
    # Whoever sends a frame now and then has a rate, too.
    hand.record_start("slow")
    send(hand, bump(1), clock, period=2.0)
    assert hand.record_stop().rate == pytest.approx(0.5)


def test_takes_are_changed_and_changed_back(session, clock):
    hand = session.new("hand", "classifier")
    gestures(hand, clock)
    names = list(hand.takes)
    hand.delete("up-2")
    hand.rename("up-1", "first")
    hand.relabel("down-1", "none")
    hand.mute("down-2")
    hand.trim("down-3", 5, 12)
    assert list(hand.takes) == ["first", "down-1", "down-2", "up-3", "down-3"]
    source, target = hand.data()
    assert target["down-1"] == "none"
    assert "down-2" not in source
    assert source["down-3"].shape == (7, 1)
    for wanted in ["trim down-3 5 12", "mute down-2 1", "relabel down-1 none"]:
        assert hand.undo() == wanted
    assert hand.redo() == "relabel down-1 none"
    for _ in range(3):
        hand.undo()
    assert list(hand.takes) == names
    hand.delete_all()
    assert not hand.takes
    assert hand.undo() == "delete all"
    assert hand.redo() == "delete all"
    with pytest.raises(InputError, match="nothing to redo"):
        hand.redo()
    with pytest.raises(IdentifierError, match=r"there is no take 'up-1' \(there is none yet\)"):
        hand.delete("up-1")
    hand.undo()
    with pytest.raises(IdentifierError, match="did you mean 'up-1'"):
        hand.mute("up1")
    with pytest.raises(IdentifierError, match="there is a take 'up-2' already"):
        hand.rename("up-1", "up-2")
    with pytest.raises(InputError, match=r"to 3\.\.3: it has \d+ frames, counted from 0"):
        hand.trim("up-1", 3, 3)
    with pytest.raises(InputTypeError, match="whole numbers"):
        hand.trim("up-1", 0.5, 3)


def test_one_label_is_no_choice(session, events):
    hand = session.new("hand", "classifier", max_iter=2, hidden_size=4)
    hand.add_take("up-1", [[0.0], [1.0]], "up")
    hand.fit().result(60)
    assert "every take is called 'up'" in next(e.text for e in events if isinstance(e, Warned))
    events.clear()
    hand.add_take("down-1", [[1.0], [0.0]], "down")
    hand.fit().result(60)
    assert not [e for e in events if isinstance(e, Warned)]


def test_fits_leave_snapshots(session, clock, events, tmp_path):
    hand = session.new("hand", "classifier", max_iter=20, random_state=0, hidden_size=8)
    with pytest.raises(EmptyError, match="nothing to learn from"):
        hand.fit()
    gestures(hand, clock)
    answers = []
    for _ in range(3):
        hand.fit().result(60)
        answers.append(hand.predict("up-1").probabilities.tolist())
    assert [s.number for s in hand.snapshots] == [1, 2, 3]
    assert [s.epochs for s in hand.snapshots] == [20, 20, 20]
    # Each went on from where the one before was.
    losses = [snapshot.loss for snapshot in hand.snapshots]
    assert losses == sorted(losses, reverse=True)
    assert fs.read_model(hand.write("three.json")).n_iter_ == 60
    assert hand.snapshots[-1].playing
    hand.snapshot("good")
    assert hand.revert().result(60) == Recalled("hand", 2)
    assert hand.predict("up-1").probabilities.tolist() == answers[1]
    hand.recall(1).result(60)
    with pytest.raises(InputError, match="no older snapshot"):
        hand.revert()
    hand.recall("good").result(60)
    assert hand.predict("up-1").probabilities.tolist() == answers[2]
    with pytest.raises(IdentifierError, match="no snapshot 'bad'; those there are: 1, 2, good"):
        hand.recall("bad")
    fitted = [event for event in events if isinstance(event, Fitted)]
    assert [event.snapshot for event in fitted] == [1, 2, 3]
    assert any(isinstance(event, Progress) and event.epochs == 20 for event in events)
    # The whole model is a file like any other.
    hand.write("copy.json")
    again = fs.read_model(tmp_path / "project" / "copy.json")
    assert again.predict_point_proba(hand.takes["up-1"].frames).tolist() == answers[2]
    hand.clear()
    assert not hand.playing
    assert hand.frame([0.0]) is None
    with pytest.raises(NotFittedError, match="'hand' has not learned anything yet"):
        hand.predict("up-1")
    hand.read("copy.json").result(60)
    assert hand.predict("up-1").probabilities.tolist() == answers[2]
    (tmp_path / "project" / "bad.json").write_text("nonsense")
    with pytest.raises(FormatError, match="not JSON"):
        hand.read("bad.json").result(60)
    assert isinstance(events[-1], FitFailed)
    assert hand.playing


def test_old_snapshots_go(session, clock, tmp_path):
    hand = session.new("hand", "dtw")
    gestures(hand, clock)
    for number in range(1, 24):
        hand.fit().result(60)
        if number == 2:
            hand.snapshot("kept")
    numbers = [snapshot.number for snapshot in hand.snapshots]
    assert numbers == [2, *range(4, 24)]
    files = {f"hand-{number}.json" for number in numbers}
    assert {file.name for file in (tmp_path / "project" / "models").iterdir()} == files


def test_a_fit_is_cancelled(session, clock, events):
    hand = session.new("hand", "classifier", max_iter=100_000, random_state=0)
    gestures(hand, clock)
    assert not hand.cancel()
    future = hand.fit()
    with pytest.raises(BusyError, match="a fit of 'hand' is running"):
        hand.fit()
    with pytest.raises(BusyError, match="cancel it first"):
        hand.clear()
    wait_for(lambda: any(isinstance(event, Progress) for event in events))
    assert hand.fitting
    assert hand.cancel()
    with pytest.raises(CancelledError, match="plays on as before"):
        future.result(60)
    assert isinstance(events[-1], FitCancelled)
    assert not hand.fitting
    assert not hand.snapshots
    future = hand.fit()
    events.clear()
    wait_for(lambda: any(isinstance(event, Progress) for event in events))
    hand.cancel(keep=True)
    assert 0 < future.result(60).epochs < 100_000
    assert hand.playing


def wait_for(condition):
    async def wait():
        while not condition():
            await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(wait(), 60))


def test_a_new_model_has_heard_the_series_that_goes_on(session, clock):
    hand = session.new("hand", "regressor", max_iter=30, random_state=0)
    for height in (1.0, 2.0):
        hand.target(height)
        record(hand, clock, "bump", bump(height))
    hand.reset()
    send(hand, bump(1.5)[:10], clock)
    hand.fit().result(60)
    answer = send(hand, bump(1.5)[10:], clock)[-1]
    assert answer.point == pytest.approx(hand.predict(bump(1.5)).point, abs=1e-6)


def test_answers_stay_in_range_and_lag(session, clock):
    hand = session.new("hand", "regressor", max_iter=60, random_state=0)
    for height in (1.0, 2.0):
        hand.target(height)
        record(hand, clock, "bump", bump(height))
    hand.fit().result(60)
    held = hand.predict(bump(10.0)).point
    assert 1 <= held <= 2
    hand.set("hold", False)
    assert not 1 <= hand.predict(bump(10.0)).point <= 2
    hand.set("hold", True)
    hand.set("lag", 0.1)
    hand.reset()
    first = send(hand, [[0.0]], clock)[0].point
    clock.now += 0.09
    moved = send(hand, [[5.0]], clock)[0].point
    hand.set("lag", 0)
    hand.reset()
    send(hand, [[0.0]], clock)
    goal = send(hand, [[5.0]], clock)[0].point
    # After the lag time a thousandth of the way is left.
    assert moved - goal == pytest.approx((first - goal) / 1000, rel=1e-3)


def test_threshold_and_smoothing(session, clock):
    hand = session.new("hand", "dtw", segment="window", window=20, hop=1, num_neighbours=1)
    gestures(hand, clock)
    hand.fit().result(60)
    assert hand.classes == ["down", "up"]
    sharp = send(hand, [*bump(1), *bump(-1)], clock)[19:]
    assert (sharp[0].label, sharp[-1].label) == ("up", "down")
    hand.set("smoothing", 0.9)
    smooth = send(hand, [*bump(1), *bump(-1)], clock)[19:]
    shares = np.array([answer.probabilities for answer in sharp])
    wanted = shares[0]
    for row, answer in zip(shares[1:], smooth[1:], strict=True):
        wanted = 0.9 * wanted + 0.1 * row
        assert answer.probabilities == pytest.approx(wanted)
    hand.set("threshold", 1)
    hand.set("rejectLabel", "nothing")
    assert send(hand, [*bump(1), *bump(-1)], clock)[-1].label == "nothing"


@pytest.mark.parametrize(("length", "hop"), [(1, 1), (15, 1), (31, 2), (64, 4), (100, 6)])
def test_a_window_is_answered_about_sixteen_times(session, clock, length, hop):
    hand = session.new("hand", "dtw", segment="window", num_neighbours=1)
    for label, height in (("up", 1), ("down", -1)):
        record(hand, clock, label, bump(height, length) if length > 1 else [[height]])
    hand.fit().result(60)
    answers = send(hand, [[0.5]] * (3 * length), clock)
    came = [number for number, answer in enumerate(answers, 1) if answer is not None]
    assert came == list(range(length, 3 * length + 1, hop))


def test_a_gate_makes_segments(session, clock, events):
    hand = session.new("hand", "classifier", max_iter=60, random_state=0, segment="gate")
    gestures(hand, clock)
    hand.fit().result(60)
    events.clear()
    rng = np.random.default_rng(0)
    rest = rng.normal(0, 0.002, (30, 1))
    answers = []
    for height in (0.9, -1.1, 1.0):
        answers += send(hand, [*rest, *bump(height), *rest], clock)
    final = [answer for answer in answers if answer is not None and answer.final]
    assert [answer.label for answer in final] == ["up", "down", "up"]
    assert [answer.segment.number for answer in final] == [1, 2, 3]
    assert all(15 <= answer.segment.frames <= 22 for answer in final)
    assert [type(event) for event in events] == 3 * [SegmentStarted, SegmentStopped]
    with pytest.raises(InputError, match="the gate makes the segments"):
        hand.segment_start()
    # It closes also if nothing comes in any more.
    send(hand, bump(1)[:15], clock)
    assert session.next_due() == pytest.approx(0.5)
    assert session.tick() == []
    clock.now += 0.5
    (answer,) = session.tick()
    assert answer.final
    assert answer.segment.number == 4
    assert session.next_due() is None


def test_a_gate_on_one_input(session, clock, events):
    pedal = session.new(
        "pedal", "dtw", segment="gate", gateInput=0, onThreshold=0.5, offThreshold=0.2,
        minSliceLength=4, minSilenceLength=3, minLengthAbove=2, minLengthBelow=2, lookBack=1,
    )  # fmt: skip
    levels = [0, 0, 0, 0.3, 0.6, 0.7, 0.1, 0.3, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0, 0, 0, 0]
    send(pedal, np.array(levels)[:, np.newaxis], clock)
    starts = [event for event in events if isinstance(event, SegmentStarted)]
    stops = [event for event in events if isinstance(event, SegmentStopped)]
    assert [event.number for event in starts] == [1, 2]
    # 0.3 0.6 0.7 0.1 0.3; what stays below is no part of it. Then the silence of three.
    assert [event.frames for event in stops] == [5, 5]


def test_a_forecaster_goes_on(session, clock):
    wave = np.sin(np.arange(200) * 0.3)[:, np.newaxis]
    model = session.new("wave", "forecaster", max_iter=60, random_state=0)
    record(model, clock, "wave", wave)
    model.fit().result(60)
    model.reset()
    assert session.next_due() is None
    answers = send(model, wave[:100], clock)
    assert session.next_due() == pytest.approx(0.03)
    assert session.tick() == []
    stopped = clock.now
    clock.now += 0.03 + 9.5 * PERIOD
    said = session.tick()
    assert [answer.alone for answer in said] == [True] * 10
    assert [answer.time - stopped for answer in said] == pytest.approx(
        [0.03 + n * PERIOD for n in range(10)]
    )
    assert said[0].point == pytest.approx(answers[-1].point)
    foretold = np.array([answer.point[0] for answer in said])
    assert np.abs(foretold - np.sin(np.arange(100, 110) * 0.3)).max() < 0.4
    assert session.next_due() == pytest.approx(0.5 * PERIOD)
    clock.now += 3600
    assert len(session.tick()) == 64
    assert not send(model, wave[:1], clock)[0].alone
    model.set("aloneAfter", 0)
    clock.now += 1
    assert session.tick() == []


def test_a_take_is_played(session, clock):
    hand = session.new("hand", "regressor")
    hand.target(5)
    take = record(hand, clock, "bump", bump(1))
    hand.play("bump-1")
    said = []
    for _ in range(40):
        said += session.tick()
        clock.now += PERIOD
    assert [played.index for played in said] == list(range(20))
    assert (np.array([played.frame for played in said]) == take.frames).all()
    assert [played.last for played in said] == [False] * 19 + [True]
    assert np.diff([played.time for played in said]) == pytest.approx(PERIOD)
    assert said[0].target == [5]
    assert not hand.stop_playing()


def test_another_rate_is_warned_about_and_resampled(session, clock, events):
    hand = session.new("hand", "classifier", max_iter=40, random_state=0)
    gestures(hand, clock)
    hand.fit().result(60)
    hand.reset()
    events.clear()
    send(hand, np.zeros((200, 1)), clock, period=0.011)
    assert events == []
    send(hand, np.zeros((200, 1)), clock, period=0.02)
    (warning,) = events
    assert isinstance(warning, Warned)
    assert "frames come in at 50 a second, but the model was fitted on 100" in warning.text
    take = record(hand, clock, "up", bump(1), period=0.02)
    assert take.rate == pytest.approx(50)
    assert "up-4 came in at 50 frames a second, the takes before at 100" in events[-1].text
    hand.set("rate", 200)
    events.clear()
    hand.fit().result(60)
    assert hand.snapshots[-1].facts.rate == 200
    assert hand.snapshots[-1].facts.median_length == 39
    hand.segment_start()
    send(hand, bump(1), clock, period=0.02)
    assert hand.segment_stop().segment.frames in (76, 77, 78)
    send(hand, np.zeros((200, 1)), clock, period=0.02)
    assert not any(isinstance(event, Warned) for event in events)


@pytest.mark.parametrize("kind", ["mlpRegressor", "MLPClassifier", "dtwRegressor"])
def test_other_kinds(session, clock, kind):
    model = session.new("other", kind, random_state=0) if "dtw" not in kind else session.new(
        "other", kind
    )  # fmt: skip
    for height in (1.0, 2.0):
        label = "ab"[int(height) - 1]
        model.target(label if kind == "MLPClassifier" else [height, -height])
        record(model, clock, label, np.full((30, 2), height) + 0.01 * bump(1, 30))
    model.fit().result(60)
    model.segment_start()
    answer = send(model, [[2.0, 2.0]], clock)[-1]
    final = model.segment_stop()
    if kind == "MLPClassifier":
        assert answer.label == final.label == "b"
        assert model.predict("a-1").label == "a"
    else:
        assert (answer is None) == ("dtw" in kind)
        assert final.point == pytest.approx([2, -2], abs=0.3)


def test_a_rate_is_warned_about_until_it_changes(session, clock, events):
    hand = session.new("hand", "dtw")
    for name in "ab" * 6:
        record(hand, clock, name, bump(1))

    def warnings():
        found = [event.text for event in events if isinstance(event, Warned)]
        events.clear()
        return len(found)

    for _ in range(3):
        record(hand, clock, "slow", bump(1), period=0.02)
    assert warnings() == 1
    record(hand, clock, "slower", bump(1), period=0.04)
    assert warnings() == 1
    record(hand, clock, "slower", bump(1), period=0.04)
    record(hand, clock, "usual", bump(1))
    assert warnings() == 0
    record(hand, clock, "slower", bump(1), period=0.04)
    assert warnings() == 1
    hand.fit().result(60)
    send(hand, np.zeros((200, 1)), clock)
    events.clear()
    # Frames, near the limit: 24 % off, 17 % off, and so on.
    for period in (PERIOD / 1.24, PERIOD / 1.17) * 5:
        send(hand, np.zeros((200, 1)), clock, period)
    assert warnings() == 1
    send(hand, np.zeros((200, 1)), clock)
    send(hand, np.zeros((200, 1)), clock, PERIOD / 1.24)
    assert warnings() == 1


def test_one_label_alone_is_warned_about(session, events):
    hand = session.new("hand", "classifier", max_iter=1, n_networks=1)
    for number in (1, 2):
        hand.add_take(f"up-{number}", bump(number), "up")
    hand.fit().result()
    [warned] = [event for event in events if isinstance(event, Warned)]
    assert "'up', so that this is always the answer" in warned.text


def test_an_estimator_keeps_its_patience(session):
    model = session.new("sky", fs.LSTMForecaster(validation=0.2, patience=7))
    assert model.get("patience") == 7
    assert model.get("alone_after") is None


def test_an_estimator_is_a_kind(session):
    made = session.new("a", fs.LSTMRegressor(hidden_size=5, learn_rate=0.5), maxIter=7)
    assert (made.kind, made.get("hiddenSize"), made.get("learn_rate")) == ("LSTMRegressor", 5, 0.5)
    assert made.get("max_iter") == 7


def test_settings(session):
    hand = session.new("hand", "regressor")
    hand.set("hiddenSize", 16.0)
    hand.set("standardize", 0)
    hand.set("validation", 0)
    hand.set("random_state", 5)
    hand.set("hop", "none")
    assert hand.settings["hidden_size"] == 16
    assert hand.settings["standardize"] is False
    before = dict(hand.settings)
    with pytest.raises(ParameterError, match="no setting 'hiddenSise': did you mean 'hiddenSize'"):
        hand.set("hiddenSise", 3)
    for name, value in [
        ("hiddenSize", 0), ("learnRate", "fast"), ("maxIter", 1.5), ("segment", "never"),
        ("window", 0), ("threshold", 2), ("smoothing", 1), ("lag", math.nan), ("hold", 3),
        ("hidden_size", []), ("rejectLabel", ""), ("rate", -1),
    ]:  # fmt: skip
        with pytest.raises(ParameterError, match="it must be"):
            hand.set(name, value)
    assert hand.settings == before
    for bad in ["", "../x", "a/b", ".hidden", "ä", 5, "x" * 65]:
        with pytest.raises(ParameterError, match="a model cannot be called"):
            session.new(bad)
    with pytest.raises(IdentifierError, match="there is a model 'Hand' already"):
        session.new("Hand")
    with pytest.raises(ParameterError, match="no kind of model 'regresor': did you mean"):
        session.new("x", "regresor")
    assert list(session.models) == ["hand"]
    session.remove("hand")
    with pytest.raises(IdentifierError, match="there is no model 'hand': there is none yet"):
        session["hand"]


BAD_FRAMES = [
    ([math.nan], NonFiniteError, "holds nan"),
    ([math.inf], NonFiniteError, "holds inf"),
    ([1e31], NonFiniteError, "holds 1e"),
    ([], DimensionError, "shape"),
    ([[1.0]], DimensionError, "shape"),
    ([1.0, 2.0], DimensionError, "takes 1"),
    (["a"], InputTypeError, "number"),
    (None, DimensionError, "shape"),
    ({}, InputTypeError, "number"),
    (b"abc", InputTypeError, "number"),
]


@pytest.mark.parametrize(("frame", "error", "words"), BAD_FRAMES, ids=lambda x: str(x)[:20])
def test_a_bad_frame_is_an_error_and_nothing_else(session, clock, frame, error, words):
    hand = session.new("hand", "classifier", max_iter=20, random_state=0)
    gestures(hand, clock)
    hand.fit().result(60)
    for _ in range(2):
        hand.segment_start()
        send(hand, bump(1)[:7], clock)
        with pytest.raises(error, match=words):
            hand.frame(frame)
        send(hand, bump(1)[7:], clock)
        answer = hand.segment_stop()
        assert answer.segment.frames == 20
        assert answer.probabilities == pytest.approx(hand.predict(bump(1)).probabilities)
    assert isinstance(session.frame(frame)["hand"], error)


def test_bad_targets(session):
    hand = session.new("hand", "classifier")
    for bad in ("", 5, None):
        with pytest.raises(FluidSeriesError, match="label"):
            hand.target(bad)
    steer = session.new("steer", "regressor")
    for bad in ("x", [math.nan], []):
        with pytest.raises(FluidSeriesError, match="target"):
            steer.target(bad)
    with pytest.raises(InputError, match="a forecaster has no targets"):
        session.new("wave", "forecaster").target(1)
    with pytest.raises(InputError, match="a take for a classifier needs a label"):
        hand.record_start()
    hand.add_take("x", [[1.0]])
    with pytest.raises(InputError, match="take 'x' has no label"):
        hand.fit()


def test_the_loop_hears_events_and_what_goes_on(tmp_path):
    async def main():
        with Session(tmp_path) as session:
            hand = session.new("hand", "dtw")
            events = session.events()
            for label, height in [("up", 1), ("down", -1)]:
                hand.record_start(label)
                for frame in bump(height):
                    hand.frame(frame)
                hand.record_stop()
            await asyncio.wrap_future(hand.fit())
            kinds = [type(await anext(events)) for _ in range(3)]
            await events.aclose()
            hand.play("up-1")
            played = []
            async for each in session.ticks():
                played.append(each.index)
                if each.last:
                    break
            return kinds, played

    kinds, played = asyncio.run(main())
    assert kinds == [Recorded, Recorded, Fitted]
    assert played == list(range(20))


def test_an_error_in_a_listener_stops_nothing(session, clock, events, capsys):
    def bad(event):
        raise RuntimeError(f"no {event.model}")

    stop = session.listen(bad)
    hand = session.new("hand", "dtw")
    gestures(hand, clock)
    assert len(events) == 6
    assert "RuntimeError: no hand" in capsys.readouterr().err
    stop()
    assert isinstance(hand.fit().result(60), Fitted)
    assert capsys.readouterr().err == ""


def test_the_session_sends_one_frame_to_all(session, clock):
    gestures(session.new("hand", "dtw", segment="window", window=10, hop=1), clock)
    session["hand"].fit().result(60)
    session.new("other", "regressor")
    answers = [session.frame([0.1]) for _ in range(10)]
    assert isinstance(answers[-1]["hand"], Answer)
    assert answers[-1]["other"] is None
    session.reset()


def test_which_inputs_a_model_learns_from(tmp_path, clock):
    """What plays keeps to its own inputs until another fit, also after a recall and a restart."""
    events = []
    ramp, still = np.linspace(0, 1, 20), np.zeros(20)
    up = np.column_stack([ramp, still, -ramp])
    both = np.column_stack([ramp, np.sin(np.arange(20)), ramp])
    with Session(tmp_path / "project", clock) as session:
        session.listen(events.append)
        hand = session.new("hand", "dtw", numNeighbours=1, inputs=[0])
        for label, frames in (("up", up), ("down", -up)):
            hand.record_start(label)
            send(hand, frames, clock)
            hand.record_stop()
        assert hand.data()[0].n_dims == 1
        hand.fit().result(60)
        assert hand.predict(both).label == "up"
        hand.set("inputs", (2, 2))
        assert isinstance(events[-1], Warned)
        assert "plays on with the inputs that it knows: fit it again" in events[-1].text
        assert hand.outdated
        assert hand.predict(both).label == "up"
        hand.fit().result(60)
        assert not hand.outdated
        hand.segment_start()
        send(hand, both, clock)
        assert hand.segment_stop().label == "down"
        assert [take.frames.shape for take in hand.takes.values()] == [(20, 3), (20, 3)]
        hand.recall(1).result(60)
        assert hand.predict(both).label == "up"
    with Session(tmp_path / "project", clock) as session:
        hand = session["hand"]
        assert hand.get("inputs") == (2,)
        assert hand.outdated
        assert hand.predict(both).label == "up"
        hand.set("inputs", "none")
        hand.fit().result(60)
        assert hand.predict(up).label == "up"
        assert hand.playing
        assert hand.n_inputs == 3


def test_inputs_that_do_not_come(session, clock):
    hand = session.new("hand", "dtw", inputs=[1, 3])
    record(hand, clock, "up", np.arange(20.0).reshape(5, 4))
    hand.fit().result(60)
    hand.delete_all()
    with pytest.raises(
        DimensionError, match=r"3 numbers came, but .* dimension 3 \(counted from 0"
    ):
        hand.frame([1.0, 2.0, 3.0])
    with pytest.raises(DimensionError, match="2 numbers came"):
        hand.predict(np.zeros((4, 2)))
    assert hand.frame([1.0, 2.0, 3.0, 4.0, 5.0]) is None
    hand.undo()
    hand.set("inputs", 4)
    with pytest.raises(DimensionError, match=r"dimension 4 .* take 'up-1' has 4: set inputs anew"):
        hand.fit()


def test_a_model_file_hears_the_chosen_inputs(session, clock):
    first = session.new("first", "dtw", numNeighbours=1)
    ramp = np.linspace(0, 1, 10)[:, np.newaxis]
    record(first, clock, "up", ramp)
    record(first, clock, "down", -ramp)
    first.fit().result(60)
    first.write("first.json")
    second = session.new("second", "dtw", inputs=1)
    second.read("first.json").result(60)
    assert second.predict(np.column_stack([-ramp, ramp])).label == "up"
    second.set("inputs", (0, 1))
    second.read("first.json").result(60)
    assert second.predict(ramp).label == "up"
    assert second.outdated


def test_the_gate_minds_only_the_chosen_inputs(session, clock, events):
    hand = session.new("hand", "dtw", segment="gate", inputs=[0])
    move = np.sin(np.linspace(0, 3, 30))
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, 30)
    for size in (0.9, 1.0, 1.1):
        hand.add_take(f"up-{size}", np.column_stack([size * move, noise]), "up", rate=100)
        hand.add_take(f"rest-{size}", np.column_stack([0 * move, noise]), "none", rate=100)
    hand.fit().result(60)
    rest = np.column_stack([np.zeros(60), rng.normal(0, 1, 60)])
    gesture = np.column_stack([move, noise])
    answers = send(hand, [*rest, *gesture, *rest], clock)
    assert [answer.label for answer in answers if answer is not None] == ["up"]
    assert len([event for event in events if isinstance(event, SegmentStarted)]) == 1
