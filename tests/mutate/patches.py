"""The mutants: patches in this folder, each of which breaks one thing that a test has to see."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Mutant:
    path: Path
    breaks: str  # what, from the patch's first line

    @property
    def name(self) -> str:
        return str(self.path.relative_to(HERE).with_suffix(""))


def mutants() -> list[Mutant]:
    """All of them, in the order of their names. Raises ValueError for one that does not say what it breaks."""
    found = []
    for path in sorted(HERE.rglob("*.patch")):
        first = path.read_text().partition("\n")[0]
        if not first.startswith("# "):
            raise ValueError(f"{path.name}: the first line has to say what the mutant breaks, after '# '")
        found.append(Mutant(path, first[2:]))
    return found


def files_of(mutant: Mutant) -> list[str]:
    """The files that it changes."""
    return [line[6:].split("\t")[0] for line in mutant.path.read_text().splitlines() if line.startswith("+++ b/")]


def touches_python(mutant: Mutant) -> bool:
    return any(name.endswith(".py") for name in files_of(mutant))
