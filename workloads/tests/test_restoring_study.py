"""The table of what restoring is worth."""

import json
from pathlib import Path

import pytest
from refusal import refused
from test_face_restore import chip

import restoring_study
from palimpsest_export import decode_tensors, encode_tensors
from restoring_study import Study, table, with_table

REPOSITORY = Path(__file__).resolve().parents[2]


def report(learn, unlearn=None):
    """The accuracies of a report: retain of the first phase; retain and forget of the second."""

    def phase(name, retain, forget):
        accuracy = {"retain": retain, "forget": forget, "new": None, "all": 0.123}
        return {"name": name, "stages": {"inference": {"accuracy": accuracy}}}

    phases = [phase("learn", learn, None)]
    if unlearn is not None:
        phases.append(phase("unlearn", *unlearn))
    return {"phases": phases}


def test_a_cell_is_the_mean_and_the_worst_chip():
    rows = {"none": [report(0.5), report(0.7)], "generic": [report(0.9, (0.8, 0.1)), report(0.8, (0.9, 0.0))]}
    assert table({"shipped": rows, "worse": {"generic": rows["generic"][:1]}}).splitlines() == [
        "| chips | adapters | learn: retain | unlearn: retain | unlearn: forget |",
        "|---|---|---|---|---|",
        "| shipped | none | 60.0 (50.0) |  |  |",
        "| shipped | generic | 85.0 (80.0) | 85.0 (80.0) | 5.0 (10.0) |",
        "| worse | generic | 90.0 (90.0) | 80.0 (80.0) | 10.0 (10.0) |",
    ]


def test_the_table_takes_the_place_of_the_old_one():
    page = "above\n<!-- table of face -->\nold\n\nold\n<!-- end of face -->\nbelow\n"
    assert with_table(page, "face", "new") == "above\n<!-- table of face -->\nnew\n<!-- end of face -->\nbelow\n"
    with refused("the page: expected the marks <!-- table of other --> and <!-- end of other -->"):
        with_table(page, "other", "new")


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """What a study starts; each run's report has the seed as its accuracy and what it was given."""
    made = []

    def run(command, check):
        assert check
        words = [str(word) for word in command]
        made.append(words)
        if words[1] == "deploy":
            weights = chip(int(words[words.index("--seed") + 1]), words[words.index("--phase") + 1])
            metadata = {"schema": "palimpsest.deployed_weights", "version": "1", "phase": weights.phase, **weights.chip}
            data = encode_tensors(weights.values, metadata)
            Path(words[words.index("--weights") + 1]).write_bytes(data)
        if words[1] == "run":
            content = report(0.01 * int(words[words.index("--seed") + 1]))
            if "rm_rewrite" in words:
                content["phases"][0]["baselines"] = {"rm_rewrite": report(0.5)["phases"][0]}
            Path(words[words.index("--json") + 1]).write_text(json.dumps(content), encoding="utf-8")

    monkeypatch.setattr(restoring_study.subprocess, "run", run)
    return made


def adapters_of(words):
    """Adapter to its file, of a command."""
    settings = [words[place + 1] for place, word in enumerate(words) if word == "--adapter"]
    return {setting.partition("=")[0]: Path(setting.partition("=")[2]) for setting in settings}


def test_every_chip_is_run_with_each_choice_of_adapters(tmp_path, calls):
    study = Study("palimpsest", "face", Path("data"), Path("chip.json"), ["/a=1"], tmp_path)
    study.train([3, 4])
    deployed = [words for words in calls if words[1] == "deploy"]
    assert [words[words.index("--phase") + 1] for words in deployed] == 2 * ["learn", "unlearn", "continual"]
    assert calls[-1][1:] == ["-m", "face.restore", "--data", "data", str(study.chip(3)), str(study.chip(4))]
    assert all(words[words.index("--set") + 1] == "/a=1" for words in deployed)
    calls.clear()
    rows = study.run([3, 4])
    assert list(rows) == ["none", "generic", "the chip's own", "another chip's", "RM rewrite"]
    for place, percent in enumerate((3.0, 4.0)):
        assert restoring_study.accuracies(rows["generic"][place]) == {("learn", "retain"): percent}
    assert restoring_study.accuracies(rows["RM rewrite"][0]) == {("learn", "retain"): 50.0}
    assert len(calls) == 8
    names = ["restore", "unlearn", "continual"]
    for seed, other, runs in ((3, 4, calls[:4]), (4, 3, calls[4:])):
        none, generic, own, others = runs
        assert all(words[words.index("--seed") + 1] == str(seed) for words in runs)
        assert list(adapters_of(none)) == ["restore"] and "--adapter-any-chip" in none
        assert none[none.index("--phases") + 1] == "learn"
        zero = decode_tensors(adapters_of(none)["restore"].read_bytes())
        assert not zero["classifier/lora_B"].any() and zero["classifier/lora_A"].any()
        assert adapters_of(generic) == {}
        assert adapters_of(own) == {name: study.chip(seed) / f"{name}.adapter" for name in names}
        assert "--adapter-any-chip" not in own
        assert adapters_of(others) == {name: study.chip(other) / f"{name}.adapter" for name in names}
        assert "--adapter-any-chip" in others


def test_a_step_that_fails_is_told_and_the_page_stays(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("<!-- table of face -->\nold\n<!-- end of face -->", encoding="utf-8")
    arguments = ["--data", "none", "--binary", "false", "--folder", str(tmp_path), "--page", str(page)]
    assert restoring_study.main(arguments) == 1
    assert capsys.readouterr().err == "restoring_study: false: exit code 1\n"
    assert "old" in page.read_text(encoding="utf-8")


def test_each_workload_has_the_chips_that_its_table_names(tmp_path, monkeypatch, capsys):
    made = {}

    class Fake(Study):
        def train(self, seeds):
            assert seeds == [1, 2]
            made.setdefault(self.workload, []).append([word for word in self.common if word.startswith("/tile/")])

        def run(self, seeds):
            return {"generic": [report(0.5)]}

    monkeypatch.setattr(restoring_study, "Study", Fake)
    for workload in ("face", "speaker"):
        given = ["--workload", workload, "--data", "none", "--folder", str(tmp_path), "--chips", "2"]
        assert restoring_study.main(given) == 0
    assert len(made["face"]) == 2
    assert made["speaker"] == [[], [], ["/tile/wires/row_segment_ohm=2.1", "/tile/wires/column_segment_ohm=2.1"]]
    assert capsys.readouterr().out.count("wires of 2.1 Ω") == 1


@pytest.mark.parametrize("workload", ["face", "speaker"])
def test_the_page_has_the_marks(workload):
    page = (REPOSITORY / "docs" / "restoring.md").read_text(encoding="utf-8")
    begin, end = (page.index(mark) for mark in (f"<!-- table of {workload} -->", f"<!-- end of {workload} -->"))
    assert "| written to ±4 µS | the chip's own |" in page[begin:end]
    assert with_table(page, workload, "") != page
