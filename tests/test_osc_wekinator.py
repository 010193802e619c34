"""Wekinator's protocol, from another process: a patch made for it works unchanged."""

from __future__ import annotations

import time

import numpy as np
import pytest

from fluidseries import datasets
from fluidseries.errors import ParameterError
from fluidseries.live import Session
from fluidseries.osc.server import Server
from fluidseries.osc.wekinator import Options, Wekinator
from fluidseries.osc.wekinator_control import CONTROL

from osc_stage import Patch, Program

CONTROL_ROOT = "/wekinator/control/"


@pytest.fixture
def project(tmp_path):
    """Makes a project of a kind, in this process, and returns a patch that speaks to it."""
    opened = []

    def make(kind, **options):
        patch = Patch()
        session = Session(tmp_path / "project")
        server = Server(session, port=0, reply=("127.0.0.1", patch.port))
        server.add(Wekinator(server, Options.parse(kind, out_port=patch.port, **options)))
        server.__enter__()
        patch.to, patch.server, patch.session = server.address, server, session
        patch.folder = tmp_path
        patch.control = lambda name, *given: patch.send(CONTROL_ROOT + name, *given)
        opened.append(patch)
        return patch

    yield make
    for patch in opened:
        patch.server.stop()
        patch.session.close()
        patch.server.session.close()
        patch.close()


def trained(patch):
    patch.control("train")
    return patch.until("/wekinator/status/done-training", 30)


def examples(patch, rows):
    """Record, for every row, one frame with its outputs."""
    patch.control("startRecording")
    for inputs, outputs in rows:
        patch.control("outputs", *outputs)
        patch.send("/wek/inputs", *inputs)
    patch.control("stopRecording")


def answered(patch, *inputs):
    patch.send("/wek/inputs", *map(float, inputs))
    return patch.until("/wek/outputs")[-1].arguments


def test_regression_pairs_every_frame_with_the_current_outputs(project):
    patch = project("regression", inputs=2, outputs=3)
    rng = np.random.default_rng(0)
    rows = [((x, y), (x, y, x + y)) for x, y in rng.uniform(-1, 1, (80, 2)).tolist()]
    examples(patch, rows)
    for number in (1, 2, 3):
        patch.send(f"/fluidseries/output_{number}/set", "maxIter", 150)
    trained(patch)
    takes = [model.takes for model in patch.session.models.values()]
    assert [sum(len(take) for take in each.values()) for each in takes] == [80, 80, 80]
    sums = np.concatenate([take.targets[:, 0] for take in takes[2].values()])
    assert np.allclose(sums, [outputs[2] for _, outputs in rows], atol=1e-6)
    patch.control("startRunning")
    answer = answered(patch, 0.5, -0.5)
    assert all(type(value) is float for value in answer)
    assert answer == pytest.approx([0.5, -0.5, 0.0], abs=0.2)
    patch.control("stopRunning")
    patch.send("/wek/inputs", 0.5, 0.5)
    patch.send("/fluidseries/ping")
    assert patch.next().address == "/fluidseries/ping"


def test_classes_are_floats_from_1_with_distributions(project):
    patch = project("classification:3", inputs=2, outputs=2)
    patch.control("setOutputNames", "hand", "foot")
    rng = np.random.default_rng(1)
    centres = {1: (0, 0), 2: (4, 0), 3: (0, 4)}
    for number, centre in centres.items():
        rows = [((rng.normal(centre, 0.3)), (float(number), float(4 - number))) for _ in range(20)]
        examples(patch, rows)
    trained(patch)
    patch.control("startRunning")
    for number, centre in centres.items():
        patch.send("/wek/inputs", *map(float, centre))
        came = {m.address: m.arguments for m in patch.until("/wek/outputs")}
        assert came["/wek/outputs"] == (float(number), float(4 - number))
        assert len(came["/hand"]) == len(came["/foot"]) == 3
        assert np.argmax(came["/hand"]) == number - 1
        assert sum(came["/hand"]) == pytest.approx(1, abs=1e-5)


def test_what_is_no_number_counts_as_0_and_wrong_counts_are_ignored(project):
    patch = project("regression", inputs=2, outputs=1)
    patch.control("outputs", "loud")
    patch.control("startRecording")
    patch.send("/wek/inputs", 1, "x")
    patch.send("/wek/inputs", 1.0)
    assert "1 inputs came, but this project has 2" in patch.until("error")[-1].arguments[-1]
    patch.control("stopRecording")
    patch.send("/fluidseries/ping")
    patch.until("ping")
    [take] = patch.session["output_1"].takes.values()
    assert take.frames.tolist() == [[1.0, 0.0]]
    assert take.targets.tolist() == [[0.0]]


def test_gestures_are_matched_by_dtw(project):
    patch = project("dtw:2", inputs=2)
    patch.control("setOutputNames", "circle", "line")
    turn = np.linspace(0, 2 * np.pi, 40)
    shapes = {1: np.stack([np.cos(turn), np.sin(turn)], 1), 2: np.stack([turn / 3, turn / 3], 1)}
    patch.control("startRecording")
    patch.control("train")
    for number, shape in shapes.items():
        patch.control("startDtwRecording", number)
        for frame in shape:
            patch.send("/wek/inputs", *map(float, frame))
        patch.control("stopDtwRecording")
    patch.control("startRunning")
    rest, heard = np.tile([[-1.0, 2.0]], (60, 1)), []
    for number in (1, 2, 2, 1):
        for frame in np.concatenate([rest, shapes[number] * 1.1]):
            patch.send("/wek/inputs", *map(float, frame))
        patch.send("/fluidseries/ping")
        came = [m for m in patch.until("ping") if not m.address.startswith("/fluidseries")]
        heard.append([m.address for m in came if m.address != "/wek/outputs"])
        assert all(len(m.arguments) == (2 if m.address == "/wek/outputs" else 0) for m in came)
    assert heard == [["/circle"], ["/line"], ["/line"], ["/circle"]]
    patch.control("deleteExamplesForOutput", 1)
    patch.send("/fluidseries/ping")
    patch.until("ping")
    assert [take.label for take in patch.session["output_1"].takes.values()] == ["2"]


def test_models_are_left_out_and_taken_in(project):
    patch = project("regression", inputs=3, outputs=2)
    patch.control("selectInputsForOutput", 1, 1, 3)
    patch.control("disableModelRecording", 2)
    examples(patch, [((x, 5.0, -x), (x, 1.0)) for x in np.linspace(0, 1, 40).tolist()])
    trained(patch)
    first, second = (patch.session[f"output_{i}"] for i in (1, 2))
    assert next(iter(first.takes.values())).frames.shape == (40, 3)
    assert not second.takes
    patch.control("startRunning")
    before = answered(patch, 0.2, 9.0, -0.2)
    patch.control("disableModelRunning", 1)
    assert answered(patch, 0.9, 9.0, -0.9) == before
    patch.control("cancelTrain")
    assert "no training to cancel" in patch.until("error")[-1].arguments[-1]
    patch.control("deleteAllExamples")
    patch.control("saveModelToFile", 1, "../outside.xml")
    assert "outside" in patch.until("error")[-1].arguments[-1]
    patch.control("saveModelToFile", 1, "first.json")
    patch.control("loadModelFromFile", 1, "first.json", "WITHOUTDATA")
    patch.until("recalled")


def test_inputs_are_chosen_after_recording(project):
    """Recordings are whole: each choice is trained on them, and until then the old model plays."""
    patch = project("classification:2", inputs=3, outputs=1)
    rng = np.random.default_rng(2)
    for number in (1, 2):
        # The first input tells the classes one way, the third the other way; the second is noise.
        sign = 3 - 2 * number
        rows = [
            ((sign + rng.normal(0, 0.1), rng.normal(), -sign + rng.normal(0, 0.1)), (number,))
            for _ in range(25)
        ]
        examples(patch, rows)
    patch.control("selectInputsForOutput", 1, 1, 1)
    trained(patch)
    patch.control("startRunning")
    assert answered(patch, 1, 0, 1) == (1.0,)
    assert answered(patch, -1, 0, -1) == (2.0,)
    patch.control("selectInputsForOutput", 1, 3)
    assert "plays on" in patch.until("output_1/warning")[-1].arguments[-1]
    assert answered(patch, 1, 0, 1) == (1.0,)
    trained(patch)
    assert answered(patch, 1, 0, 1) == (2.0,)
    assert answered(patch, -1, 0, -1) == (1.0,)
    takes = patch.session["output_1"].takes.values()
    assert {take.frames.shape for take in takes} == {(25, 3)}
    patch.control("selectInputsForOutput", 1, 3, 2, 1)
    patch.control("selectInputsForOutput", 1, 4)
    assert "there is no input 4: they are 1 to 3" in patch.until("error")[-1].arguments[-1]
    assert patch.session["output_1"].get("inputs") is None


def test_inputs_of_gestures_count_at_once(project):
    patch = project("dtw:2", inputs=2)
    ramp = np.linspace(0, 1, 20)
    for number, (first, second) in {1: (ramp, -ramp), 2: (-ramp, ramp)}.items():
        patch.control("startDtwRecording", number)
        for frame in zip(first, second, strict=True):
            patch.send("/wek/inputs", *map(float, frame))
        patch.control("stopDtwRecording")
    patch.control("startRunning")
    nearest = []
    for chosen in (1, 2):
        patch.control("selectInputsForOutput", 1, chosen)
        for value in ramp:
            patch.send("/wek/inputs", float(value), float(value))
        patch.send("/fluidseries/ping")
        said = [m.arguments for m in patch.until("ping") if m.address == "/wek/outputs"]
        nearest.append(int(np.argmin(said[-1])) + 1)
    assert nearest == [1, 2]


@pytest.mark.parametrize("inputs", [3, 1])
def test_chosen_inputs_after_a_restart(project, inputs):
    patch = project("regression", inputs=3, outputs=1)
    patch.control("selectInputsForOutput", 1, 3)
    patch.send("/fluidseries/ping")
    patch.until("ping")
    patch.server.stop()
    patch.session.close()
    again = project("regression", inputs=inputs, outputs=1)
    assert again.session["output_1"].get("inputs") == ((2,) if inputs == 3 else None)


def names_of_takes(patch):
    patch.send("/fluidseries/output_1/takes")
    patch.send("/fluidseries/ping")
    return [m.arguments[1] for m in patch.until("ping") if m.address.endswith("/take")]


def test_another_project_plays_and_comes_back(project):
    patch = project("regression", inputs=2, outputs=1)
    patch.control("setOutputNames", "loudness")
    examples(patch, [((x, -x), (x,)) for x in np.linspace(0, 1, 30).tolist()])
    trained(patch)
    before = patch.session["output_1"].predict([[0.5, -0.5]]).point
    patch.control("runNewProject", "second", "STOPCURRENTLISTENING")
    assert names_of_takes(patch) == []
    patch.send("/wek/inputs", 0.0, 0.0)
    patch.control("startRecording")
    patch.send("/wek/inputs", 0.0, 0.0)
    # What is being recorded when another project comes is kept, too.
    patch.control("runNewProject", r"C:\Users\Ada\project\Project.wekproj")
    assert "plays" not in str(patch.server.meter.last_error)
    patch.control("runNewProject", "project")
    # As in Wekinator, a project that has learned runs at once.
    assert answered(patch, 0.5, -0.5) == pytest.approx(before, abs=1e-6)
    assert len(names_of_takes(patch)) == 1
    patch.control("runNewProject", "/home/ada/wek/second/second.wekproj")
    assert names_of_takes(patch) == ["take-1"]
    assert patch.server.session.folder == patch.folder / "second"


def test_a_project_comes_with_its_own_kind(project):
    patch = project("regression", inputs=2, outputs=1)
    with Session(patch.folder / "gestures") as session:
        session.set("osc", {"wekinator": "dtw:2", "inputs": 1, "in_address": "/hand"})
    with Session(patch.folder / "other") as session:
        session.new("output_1", "classifier")
    patch.control("runNewProject", "gestures")
    patch.control("startDtwRecording", 2)
    patch.send("/hand", 0.5)
    patch.control("stopDtwRecording")
    assert names_of_takes(patch) == ["2-1"]
    patch.send("/wek/inputs", 0.5)
    assert "no message /wek/inputs" in patch.until("error")[-1].arguments[-1]
    patch.control("runNewProject", "fresh")
    assert names_of_takes(patch) == []
    assert patch.server.session.get("osc")["wekinator"] == "dtw:2"
    patch.control("runNewProject", "project")
    patch.send("/fluidseries/ping")
    patch.until("ping")
    patch.control("runNewProject", "other")
    assert "has output_1 as LSTMClassifier" in patch.until("error")[-1].arguments[-1]
    with Session(patch.folder / "other"):
        pass


def test_projects_that_cannot_be_leave_the_old_one(project):
    patch = project("regression", inputs=1, outputs=1)
    (patch.folder / "letters").mkdir()
    (patch.folder / "letters" / "dear.txt").write_text("Dear")
    (patch.folder / "file").write_text("x")
    (patch.folder / "link").symlink_to(patch.folder.parent)
    (patch.folder / "journal-only").mkdir()
    (patch.folder / "journal-only" / "journal").write_bytes(b"no journal" * 100)
    before = sorted(path.name for path in patch.folder.iterdir())
    patch.control("startRecording")
    with Session(patch.folder / "taken"):
        for name, reason in {
            "/etc/passwd": "names no project", "../outside": "names no project", "": "names no",
            "..": "names no", ".": "names no", "a/b": "names no", r"a\b": "names no",
            "link": "names no", "../.wekproj": "names no", "a\nb": "names no",
            "a" * 400: "names no", "letters": "holds other things", "file": "holds other",
            "project": "plays already", "taken": "another program has",
            "journal-only": "is not a journal",
        }.items():  # fmt: skip
            patch.control("runNewProject", name)
            assert reason in patch.until("error")[-1].arguments[-1], name
        patch.control("runNewProject", "new", "NOW")
        assert "'NOW' came behind the project" in patch.until("error")[-1].arguments[-1]
    patch.send("/wek/inputs", 0.25)
    patch.control("stopRecording")
    assert names_of_takes(patch) == ["take-1"]
    assert sorted(path.name for path in patch.folder.iterdir()) == sorted([*before, "taken"])


def test_serve_goes_on_with_another_project(tmp_path):
    """Its folder has all that `serve` needs to begin with it the next time."""
    with Program(tmp_path / "first", "--wekinator", "classification:2", "--inputs", 3) as program:
        patch = program.patch
        patch.send(CONTROL_ROOT + "runNewProject", "second")
        patch.send(CONTROL_ROOT + "startRecording")
        patch.send("/wek/inputs", 1.0, 2.0, 3.0)
        patch.send("/fluidseries/ping")
        patch.until("ping")
        program.kill()
    with Program(tmp_path / "second") as program:
        program.patch.send(CONTROL_ROOT + "startRecording")
        program.patch.send("/wek/inputs", 1.0, 2.0, 3.0)
        program.patch.send(CONTROL_ROOT + "stopRecording")
        assert program.patch.ask("output_1", "takes") == (2,)
        program.patch.send(CONTROL_ROOT + "runNewProject", "third")
        program.patch.ask("", "ping")
        assert program.stop() == 0
    for name, count in (("first", 0), ("second", 2), ("third", 0)):
        with Session(tmp_path / name) as session:
            assert len(session["output_1"].takes) == count


def test_another_kind_of_model_in_an_outputs_place(project):
    """As the page says, an output is a model that all requests reach."""
    patch = project("regression", inputs=1, outputs=2)
    patch.ask("output_1", "remove")
    patch.send("/wek/inputs", 1.0)
    assert "there is no model 'output_1'" in patch.until("error")[-1].arguments[-1]
    patch.ask("output_1", "new", "regressor", "targets", "frame", "maxIter", 30, "randomState", 0)
    examples(patch, [((x,), (2 * x, -x)) for x in np.linspace(0, 1, 60).tolist()])
    trained(patch)
    patch.control("startRunning")
    patch.send("/fluidseries/output_1/reset")
    answer = [answered(patch, x) for x in np.linspace(0, 1, 60).tolist()][30]
    assert answer == pytest.approx((1.0, -0.5), abs=0.3)


def test_every_control_message_takes_anything(project):
    patch = project("classification:2", inputs=1, outputs=1)
    patch.server.meter.errors_a_second = 1e9
    for name in CONTROL:
        for given in ((), (1,), ("x",), (2.5, "y"), (1, "../..", "WITHDATA")):
            patch.control(name, *given)
    patch.send("/wekinator/control/startRecordin")
    patch.send("/wek/nonsense", 1.0)
    patch.send("/fluidseries/ping")
    came = patch.until("ping")
    assert "defect" not in str(came)
    assert "did you mean 'startRecording'" in str(came)


def test_a_file_of_frames(project):
    patch = project("regression", inputs=2, outputs=1)
    rows = [((0.1 * i, 1.0), (0.2 * i,)) for i in range(30)]
    examples(patch, rows)
    trained(patch)
    (patch.session.folder / "rows.csv").write_text("0.1,1\n0.2,1\n0.3,x\n")
    patch.control("startRunning")
    patch.send("/wek/inputs/bundle", "rows.csv")
    patch.send("/fluidseries/ping")
    assert [m.address for m in patch.until("ping")] == 3 * ["/wek/outputs"] + ["/fluidseries/ping"]
    patch.send("/wek/inputs/bundle", "../../etc/passwd")
    assert "outside" in patch.until("error")[-1].arguments[-1]


@pytest.mark.parametrize("text", ["regresion", "classification", "dtw:x", "regression:3", ""])
def test_kinds_that_are_none(text):
    with pytest.raises(ParameterError, match="it must be regression, classification:N"):
        Options.parse(text)


def test_an_address_begins_with_a_slash():
    with pytest.raises(ParameterError, match="--out-address is 'wek': an address begins with /"):
        Options.parse("regression", in_address="/wek", out_address="wek")


def test_speakers_by_dtw_in_another_process(tmp_path):
    """JapaneseVowels frame by frame: a dtw project of three speakers hears whose vowel it is."""
    utterances, speakers, *_ = datasets.japanese_vowels()
    names = ["speaker1", "speaker2", "speaker3"]
    chosen = {n: [k for k, v in speakers.items() if v == n] for n in names}
    program = Program(tmp_path / "p", "--wekinator", "dtw:3", "--inputs", 12, "--out-port", 1)
    program.stop()
    # What was chosen the first time is remembered; the port for outputs is another now.
    patch = Patch()
    program = Program(tmp_path / "p", "--out-port", patch.port)
    patch.to = program.patch.to
    for number, name in enumerate(names, 1):
        for key in chosen[name][:5]:
            patch.send(CONTROL_ROOT + "startDtwRecording", number)
            for frame in utterances[key]:
                patch.send("/wek/inputs", *frame.tolist())
            patch.send(CONTROL_ROOT + "stopDtwRecording")
    patch.send(CONTROL_ROOT + "startRunning")
    right = total = 0
    for number, name in enumerate(names, 1):
        for key in chosen[name][5:10]:
            for frame in utterances[key]:
                patch.send("/wek/inputs", *frame.tolist())
            time.sleep(0.02)
            last = None
            while (message := patch.next(0.05)) is not None:
                last = message.arguments if message.address == "/wek/outputs" else last
            right += int(np.argmin(last)) == number - 1
            total += 1
    assert right >= 0.8 * total
    assert program.stop() == 0
    patch.close()
