"""Writes the lock files from pyproject.toml, or with --check says whether they still agree with it.

Three sets: the gateway alone, the whole store, and what development needs besides. Each is resolved
for every platform and Python from 3.11 on, with hashes, and names no registry.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = {
    "requirements-gateway.lock": ["--group", "build"],
    "requirements.lock": ["--extra", "subgraphs", "--group", "build"],
    "requirements-dev.lock": ["--extra", "subgraphs", "--group", "build", "--group", "dev"],
}


def compile_lock(name: str, target: Path) -> None:
    """Resolve one lock; versions already locked are kept as long as they fit."""
    current = ROOT / name
    if current.exists():
        target.write_text(current.read_text())
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"]
    command += ["--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", *LOCKS[name], "--output-file", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def main() -> int:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail on an old lock")
    check = parser.parse_args().check
    stale = []
    for name in LOCKS:
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / name
            compile_lock(name, fresh)
            if not (ROOT / name).exists() or fresh.read_text() != (ROOT / name).read_text():
                stale.append(name)
                if not check:
                    (ROOT / name).write_text(fresh.read_text())
    if check and stale:
        print(f"Not up to date: {', '.join(stale)}. Run `make locks`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
