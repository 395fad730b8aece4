import re
import shutil
import subprocess
from pathlib import Path

import pytest

from patches import files_of, mutants, touches_python

ROOT = Path(__file__).resolve().parents[2]


def applies(patch: Path, folder: Path) -> bool:
    words = ["patch", "--strip=1", "--fuzz=0", "--force", "--dry-run", "--input", str(patch)]
    return subprocess.run(words, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_a_mutant_applies_to_the_sources(mutant):
    assert applies(mutant.path, ROOT)


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_a_mutant_breaks_one_language_and_no_test(mutant):
    files = files_of(mutant)
    assert files
    assert all(re.match(r"(models|sim)/.*\.[ch]pp$", name) for name in files) != touches_python(mutant)
    assert not any("tests" in Path(name).parts for name in files)


def test_a_mutant_whose_place_has_changed_is_seen(tmp_path):
    mutant = mutants()[0]
    for name in files_of(mutant):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert applies(mutant.path, tmp_path)
    for name in files_of(mutant):
        (tmp_path / name).write_text((tmp_path / name).read_text().replace(";", " ;").replace(",", " ,"))
    assert not applies(mutant.path, tmp_path)
