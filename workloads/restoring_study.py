"""What adapters trained on the chip at hand are worth: `python3 -m restoring_study --workload face --data DIR`.

For some chips of an architecture, and again for chips that are worse in one way, the workload's adapters are
trained on the weights of each chip, and each chip is run with no adapter (in the first phase, where nothing is to be
forgotten or learnt), with the trace's, with its own and with its neighbour's. The table goes to a page.

A workload's package has a module `restore`; `python3 -m WORKLOAD.restore --data DIR FOLDER ...` finds PHASE.safetensors
of every phase in each folder and puts ADAPTER.adapter beside them, for the last adapter of each phase.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from palimpsest_export import Adapter, ExportError, LowRank, read_chip_weights, trace_adapter, write_adapter
from palimpsest_export.interpreter import load_trace

REPOSITORY = Path(__file__).resolve().parents[1]
CHIPS = 10
VARIANTS = {"shipped": [], "written to ±4 µS": ["/programmer/tolerance_microsiemens=4"]}
"""Overrides of the architecture, by what the table calls them."""
MORE_VARIANTS = {
    "speaker": {
        "wires of 2.1 Ω": ["/tile/wires/row_segment_ohm=2.1", "/tile/wires/column_segment_ohm=2.1"],
    }
}
"""The same for one workload, after those of all."""
ADAPTERS = ("none", "generic", "the chip's own", "another chip's")
REWRITE = "RM rewrite"
GROUPS = {"retain": min, "forget": max, "new": min}
"""Accuracies of a phase, and which of the chips' is the worst."""


class Study:
    """One workload on chips with some overrides; files are kept in `folder`."""

    def __init__(self, binary, workload, data, architecture, overrides, folder):
        self.binary, self.workload, self.data, self.folder = binary, workload, data, folder
        self.trace_folder = REPOSITORY / "traces" / workload
        self.trace = load_trace(self.trace_folder)
        self.common = ["--arch", str(architecture), "--trace", str(self.trace_folder), "--quiet"]
        for override in overrides:
            self.common += ["--set", override]
        self.phases = self.trace.document["phases"]
        self.adapters = {phase["name"]: phase["hybrid"]["adapters"][-1] for phase in self.phases}

    def chip(self, seed):
        """The folder of a chip's files."""
        return self.folder / f"chip-{seed}"

    def _palimpsest(self, command, seed, more):
        subprocess.run(
            [self.binary, command, *self.common, "--seed", str(seed), *map(str, more)], check=True
        )

    def train(self, seeds):
        """Deploy the weights of every phase on the chips and train their adapters."""
        for seed in seeds:
            self.chip(seed).mkdir(parents=True, exist_ok=True)
            for phase in self.adapters:
                files = [self.chip(seed) / f"{phase}.{kind}" for kind in ("safetensors", "json")]
                self._palimpsest(
                    "deploy", seed, ["--phase", phase, "--weights", files[0], "--json", files[1]]
                )
        command = [sys.executable, "-m", f"{self.workload}.restore", "--data", str(self.data)]
        subprocess.run([*command, *(str(self.chip(seed)) for seed in seeds)], check=True)

    def run(self, seeds):
        """Row of the table to a report for each chip."""
        reports = {row: [] for row in (*ADAPTERS, REWRITE)}
        for place, seed in enumerate(seeds):
            other = seeds[(place + 1) % len(seeds)]
            choices = {
                "none": [*self._files(self._zero(seed)), "--adapter-any-chip", "--phases", self.phases[0]["name"]],
                "generic": [],
                "the chip's own": self._files(self._own(seed)),
                "another chip's": [*self._files(self._own(other)), "--adapter-any-chip"],
            }
            for row, choice in choices.items():
                report = self.chip(seed) / f"{row.replace(' ', '-')}.json"
                baselines = "rm_rewrite" if row == "generic" else "none"
                self._palimpsest(
                    "run",
                    seed,
                    ["--stages", "inference", "--baselines", baselines, "--json", report, *choice],
                )
                reports[row].append(json.loads(report.read_text(encoding="utf-8")))
        reports[REWRITE] = [
            {"phases": [{**phase, **phase["baselines"]["rm_rewrite"]} for phase in report["phases"]]}
            for report in reports["generic"]
        ]
        return reports

    def _own(self, seed):
        return {name: self.chip(seed) / f"{name}.adapter" for name in self.adapters.values()}

    def _files(self, files):
        return [word for name, path in files.items() for word in ("--adapter", f"{name}={path}")]

    def _zero(self, seed):
        """The first phase's adapter with zeros in B, so that it adds nothing."""
        phase = self.phases[0]["name"]
        name = self.adapters[phase]
        layers = trace_adapter(self.trace, name).layers
        zero = Adapter({layer: LowRank(low.scale, low.down, 0 * low.up) for layer, low in layers.items()})
        path = self.chip(seed) / "zero.adapter"
        write_adapter(path, name, zero, read_chip_weights(self.chip(seed) / f"{phase}.safetensors"))
        return {name: path}


def accuracies(report):
    """(phase, group) to percent, for the groups that the phase has."""
    found = {}
    for phase in report["phases"]:
        accuracy = phase["stages"]["inference"]["accuracy"]
        found.update({(phase["name"], group): 100 * accuracy[group] for group in GROUPS if accuracy[group] is not None})
    return found


def table(reports):
    """Markdown of variant to row to reports: mean over the chips, the worst chip in brackets."""
    first = next(iter(reports.values()))
    columns = list(accuracies(first["generic"][0]))
    lines = [
        "| chips | adapters | " + " | ".join(f"{phase}: {group}" for phase, group in columns) + " |",
        "|---" * (len(columns) + 2) + "|",
    ]
    for variant, rows in reports.items():
        for row, chips in rows.items():
            values = [accuracies(report) for report in chips]
            cells = []
            for column in columns:
                figures = [value[column] for value in values if column in value]
                worst = GROUPS[column[1]](figures, default=None)
                cells.append("" if worst is None else f"{sum(figures) / len(figures):.1f} ({worst:.1f})")
            lines.append(f"| {variant} | {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def with_table(page, workload, text):
    """The page with the table of a workload between its two marks. Raises ExportError if it has none."""
    begin, end = f"<!-- table of {workload} -->\n", f"\n<!-- end of {workload} -->"
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(end) < page.index(begin):
        raise ExportError(f"the page: expected the marks {begin.strip()} and {end.strip()}")
    return page[: page.index(begin) + len(begin)] + text + page[page.index(end) :]


def parse_arguments(arguments):
    """The command line as a namespace."""
    parser = argparse.ArgumentParser(prog="restoring_study", description=__doc__.splitlines()[0])
    parser.add_argument("--workload", default="face", help="package of the workload and name of its trace")
    parser.add_argument("--data", type=Path, required=True, help="folder of the workload's data")
    parser.add_argument(
        "--binary", default=str(REPOSITORY / "build" / "release" / "palimpsest"), help="the simulator"
    )
    parser.add_argument("--arch", type=Path, default=REPOSITORY / "arch" / "rm180.json", help="the chip")
    parser.add_argument("--chips", type=int, default=CHIPS, help="how many, seeds from 1 on (default: 10)")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "build" / "restoring", help="where files go")
    parser.add_argument("--page", type=Path, help="page whose table is replaced (default: print it)")
    options = parser.parse_args(arguments)
    if options.chips < 2:
        parser.error("--chips: expected 2 or more")
    return options


def main(arguments=None):
    """Run the command; returns 0, or 1 with one line on stderr where a step failed."""
    options = parse_arguments(arguments)
    seeds = list(range(1, options.chips + 1))
    reports = {}
    try:
        # A page without marks is found before anything is trained.
        if options.page:
            with_table(options.page.read_text(encoding="utf-8"), options.workload, "")
        variants = {**VARIANTS, **MORE_VARIANTS.get(options.workload, {})}
        for number, (variant, overrides) in enumerate(variants.items()):
            folder = options.folder / options.workload / f"variant-{number}"
            study = Study(options.binary, options.workload, options.data, options.arch, overrides, folder)
            study.train(seeds)
            reports[variant] = study.run(seeds)
        text = table(reports)
        if options.page:
            page = options.page.read_text(encoding="utf-8")
            options.page.write_text(with_table(page, options.workload, text), encoding="utf-8")
        else:
            print(text)
    except subprocess.CalledProcessError as error:
        print(f"restoring_study: {error.cmd[0]}: exit code {error.returncode}", file=sys.stderr)
        return 1
    except (ExportError, OSError) as error:
        print(f"restoring_study: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
