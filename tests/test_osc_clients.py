"""The clients: what their files say exists, and the programs open them where they are installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fluidseries.osc.table import EVENTS, MODEL

from osc_stage import Program

CLIENTS = Path(__file__).parent.parent / "clients"
REQUESTS = {row.name for row in MODEL}
ANSWERS = REQUESTS | {event.name for event in EVENTS} | {"take", "snapshots/entry"}
MAX_OBJECTS = {
    "udpsend", "udpreceive", "route", "unpack", "prepend", "metro", "t", "f", "pack", "/", "print",
}  # fmt: skip
PD_OBJECTS = {
    "inlet", "outlet", "list", "t", "oscformat", "oscparse", "netsend", "netreceive", "loadbang",
    "route", "r", "s", "f", "pack", "unpack", "metro", "tgl", "hsl", "bng", "print", "fluidseries",
    "fluidseries-hear",
}  # fmt: skip


def max_boxes():
    patch = json.loads((CLIENTS / "max" / "fluidseries.maxpat").read_text())["patcher"]
    return [entry["box"] for entry in patch["boxes"]], patch["lines"]


def test_max_knows_every_object_and_the_server_every_request():
    boxes, _ = max_boxes()
    texts = [box["text"] for box in boxes if box["maxclass"] == "newobj"]
    assert {text.split()[0] for text in texts} <= MAX_OBJECTS
    addresses = re.findall(
        r"/fluidseries/wave/([\w/]+)", " ".join(b.get("text", "") for b in boxes)
    )
    assert len(addresses) > 25
    assert set(addresses) <= ANSWERS
    said = {b["text"].split()[0].removeprefix("/fluidseries/wave/") for b in boxes
            if b["maxclass"] == "message" and b["text"]}  # fmt: skip
    assert said <= REQUESTS


def test_max_cables_lead_from_outlets_to_inlets():
    boxes, lines = max_boxes()
    known = {box["id"]: box for box in boxes}
    assert len(known) == len(boxes)
    for line in lines:
        (source, outlet), (to, inlet) = (
            line["patchline"]["source"],
            line["patchline"]["destination"],
        )
        assert outlet < known[source]["numoutlets"], known[source]
        assert inlet < known[to]["numinlets"], known[to]
    for box in boxes:
        assert len(box["outlettype"]) == box["numoutlets"]
        if box["maxclass"] == "newobj" and box["text"].startswith("route "):
            assert box["numoutlets"] == len(box["text"].split())


@pytest.mark.parametrize("name", ["fluidseries", "fluidseries-hear", "fluidseries-help"])
def test_pd_patches_are_whole(name):
    lines = (CLIENTS / "puredata" / f"{name}.pd").read_text().rstrip("\n").split("\n")
    assert lines[0].startswith("#N canvas")
    objects = [line for line in lines[1:] if not line.startswith("#X connect")]
    assert all(line.startswith("#X ") and line.endswith(";") for line in lines[1:])
    for line in lines:
        if line.startswith("#X connect"):
            source, _, to, _ = map(int, line.rstrip(";").split()[2:])
            assert max(source, to) < len(objects)
    boxes = [line.rstrip(";").split()[4] for line in objects if line.startswith("#X obj")]
    assert set(boxes) <= PD_OBJECTS
    if name == "fluidseries-help":
        said = {line.rstrip(";").split()[4] for line in objects if line.startswith("#X msg")}
        assert said <= REQUESTS


TRY_PD = r"""#N canvas 0 0 450 300 12;
#X obj 10 10 loadbang;
#X obj 10 40 delay 300;
#X msg 10 70 new classifier \, recordStart up \, frame 0.5 1 \, frame 1 2 \, recordStop \, takes;
#X obj 10 130 fluidseries wave;
#X obj 10 160 print heard;
#X obj 200 10 fluidseries-hear;
#X obj 100 40 delay 1300;
#X msg 100 70 \; pd quit;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 2 0 3 0;
#X connect 3 0 4 0;
#X connect 0 0 6 0;
#X connect 6 0 7 0;
"""


OPEN_HELP = r"""#N canvas 0 0 450 300 12;
#X obj 10 10 loadbang;
#X obj 10 40 delay 500;
#X msg 10 70 \; pd quit;
#X obj 10 100 fluidseries-help;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
"""


def pd(folder, patch, port, reply):
    """The lines that Pd posts when it opens a patch; skips where there is no Pd."""
    if shutil.which("pd") is None:
        pytest.skip("Pure Data is not installed")
    for file in (CLIENTS / "puredata").glob("*.pd"):
        text = file.read_text().replace("6448", str(port)).replace("12000", str(reply))
        (folder / file.name).write_text(text)
    (folder / "try.pd").write_text(patch)
    command = ["pd", "-nogui", "-noaudio", "-stderr", "-open", str(folder / "try.pd")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return run.stderr.splitlines()


def test_pd_speaks_with_the_server(tmp_path):
    with Program(tmp_path / "p", "--quiet") as program:
        # Pd hears where the test did.
        program.patch.ears.socket.close()
        posted = pd(tmp_path, TRY_PD, program.patch.to[1], program.patch.port)
    heard = [line for line in posted if line.startswith("heard:")]
    assert heard[:2] == ["heard: new LSTMClassifier", "heard: recordStart up-1"]
    assert heard.count("heard: frame") == 2
    assert "heard: takes 1" in heard
    assert "couldn't create" not in str(posted)


def test_pd_opens_the_help_patch_without_a_complaint(tmp_path):
    with Program(tmp_path / "p", "--quiet") as program:
        program.patch.ears.socket.close()
        assert pd(tmp_path, OPEN_HELP, program.patch.to[1], program.patch.port) == []
        # The test of the test: Pd does complain of an object that it does not know.
        broken = OPEN_HELP.replace("fluidseries-help", "fluidseries-halp")
        posted = pd(tmp_path, broken, program.patch.to[1], program.patch.port)
    assert "couldn't create" in str(posted)


def test_supercollider_methods_send_requests_that_exist():
    text = (CLIENTS / "supercollider" / "FluidSeries.sc").read_text()
    asked = set(re.findall(r"this\.ask\(\\(\w+)", text)) | set(re.findall(r"prRows\(\\(\w+)", text))
    assert len(asked) > 25
    assert asked <= REQUESTS
    for opening, closing in ("{}", "()", "[]"):
        assert text.count(opening) == text.count(closing)
    help_ = (CLIENTS / "supercollider" / "HelpSource/Classes/FluidSeries.schelp").read_text()
    documented = re.findall(r"^METHOD:: (\w+)", help_, re.MULTILINE)
    assert all(re.search(rf"(^\t\*?{name} \{{|[<>]{name}\b|^\t\*{name} )", text, re.MULTILINE)
               for name in documented)  # fmt: skip


def sclang(folder, script, *, seconds=60):
    """What sclang posts when it runs a script with the class; skips where it cannot run."""
    if shutil.which("sclang") is None:
        pytest.skip("SuperCollider is not installed")
    (folder / "conf.yaml").write_text(
        f"includePaths:\n    - {CLIENTS / 'supercollider'}\nexcludePaths: []\n"
    )
    (folder / "try.scd").write_text(script)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1",
                   "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}  # fmt: skip
    run = subprocess.run(
        ["sclang", "-l", "conf.yaml", "try.scd"],
        capture_output=True,
        text=True,
        timeout=seconds,
        cwd=folder,
        env=environment,
        check=False,
    )
    if "compile" not in run.stdout:
        pytest.skip("sclang does not run without a screen here")
    assert "ERROR" not in run.stdout
    return run.stdout


def test_supercollider_compiles_the_class(tmp_path):
    posted = sclang(tmp_path, '("methods " ++ FluidSeries.methods.size).postln; 0.exit;\n')
    assert "methods 4" in posted or "methods 5" in posted


TRY_SUPERCOLLIDER = r"""(
var m, answers;
var ask = { |request|
    var answer, condition = Condition.new;
    request.value({ |...values| answer = values; condition.test = true; condition.signal });
    condition.wait;
    answer
};
var tell = { |what, values| ("heard: " ++ what ++ " " ++ values).postln };
var take = { |label, slope|
    m.recordStart(label);
    12.do { |i| m.frame([slope * i, 1]) };
    tell.(\recordStop, ask.({ |a| m.recordStop(a) })[..1]);
};
SystemClock.sched(100, { "no answer".postln; 1.exit; nil });
{
    FluidSeries.server = NetAddr("127.0.0.1", 6448);
    FluidSeries.listen(12000);
    ask.({ |a|
        m = FluidSeries(\wave, \classifier, [\hiddenSize, 8, \maxIter, 40, \randomState, 0], a)
    });
    take.(\up, 0.1); take.(\up, 0.11); take.(\down, -0.1); take.(\down, -0.11);
    tell.(\list, ask.({ |a| m.list(a) })[0].collect { |row| row[0] });
    m.errorAction = { |request, text| tell.(\error, request) };
    m.delete('side-1');
    tell.(\fit, ask.({ |a| m.fit(a, { |epoch| answers = answers.add(epoch) }) })[1]);
    tell.(\progress, answers.size > 0);
    ask.({ |a| m.segment(\manual, a) });
    m.segmentStart;
    12.do { |i| m.frame([0.1 * i, 1]) };
    tell.(\final, ask.({ |a| m.segmentStop(a) })[0]);
    tell.(\predict, ask.({ |a| m.predict('down-1', a) })[..1]);
    tell.(\snapshot, ask.({ |a| m.snapshot(\good, a) })[..1]);
    tell.(\snapshots, ask.({ |a| m.snapshots(a) })[0].collect { |row| row[1] });
    tell.(\recall, ask.({ |a| m.recall(\good, a) })[0]);
    tell.(\get, ask.({ |a| m.get(\hiddenSize, a) }));
    m.warningAction = { |text| tell.(\warning, text.asString.split($:)[0]) };
    tell.(\set, ask.({ |a| m.set(\inputs, [0], a) }));
    tell.(\status, ask.({ |a| m.status({ |event| a.(event[\kind], event[\takes]) }) }));
    tell.(\again, ask.({ |a| FluidSeries(\wave, \classifier, action: a) }));
    tell.(\trim, ask.({ |a| m.trim('up-1', 2, 10, a) })[..1]);
    ask.({ |a| m.remove(a) });
    tell.(\models, ask.({ |a| FluidSeries.ask(\models, action: a) }));
    FluidSeries.server = NetAddr("127.0.0.1", 9);
    FluidSeries(\other);
    3.2.wait;
    0.exit;
}.fork(SystemClock);
)
"""

HEARD_BY_SUPERCOLLIDER = """recordStop [ up-1, 12 ]
recordStop [ up-2, 12 ]
recordStop [ down-1, 12 ]
recordStop [ down-2, 12 ]
list [ up-1, up-2, down-1, down-2 ]
error delete
fit 40
progress true
final up
predict [ down-1, down ]
snapshot [ 1, good ]
snapshots [ good ]
recall 1
get [ hiddenSize, 8 ]
warning the model plays on with the inputs that it knows
set [ inputs, 0 ]
status [ LSTMClassifier, 4 ]
again [ classifier ]
trim [ up-1, 8 ]
models [  ]"""


def test_supercollider_speaks_with_the_server(tmp_path):
    if shutil.which("sclang") is None:
        pytest.skip("SuperCollider is not installed")
    with Program(tmp_path / "p", "--quiet") as program:
        port, reply = program.patch.to[1], program.patch.port
        # SuperCollider hears where the test did.
        program.patch.ears.socket.close()
        script = TRY_SUPERCOLLIDER.replace("6448", str(port)).replace("12000", str(reply))
        posted = sclang(tmp_path, script, seconds=120)
    heard = [line.removeprefix("heard: ") for line in posted.splitlines() if "heard: " in line]
    assert heard == HEARD_BY_SUPERCOLLIDER.splitlines()
    assert "no answer from 127.0.0.1 port 9: is fluidseries serve running, and" in posted
    assert posted.count("no answer") == 1
