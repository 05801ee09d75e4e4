"""The buffer of the HTTP push keeps what the server has not settled."""

from pathlib import Path
import subprocess

import pytest

from tests.conftest import require_program

from .environment import FIRMWARE

TESTS = Path(__file__).with_name("push_buffer_test.cpp")


@pytest.fixture(scope="module")
def outcome(
    tmp_path_factory: pytest.TempPathFactory,
) -> subprocess.CompletedProcess[str]:
    """Build and run the tests written in C++."""
    compiler = require_program("g++")
    program = tmp_path_factory.mktemp("push_buffer") / "tests"
    subprocess.run(  # noqa: S603
        [
            compiler,
            "-std=gnu++20",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover",
            f"-I{FIRMWARE / 'components' / 'wattwise_push'}",
            str(TESTS),
            "-o",
            str(program),
        ],
        check=True,
    )
    return subprocess.run(  # noqa: S603
        [str(program)], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_tests_in_cpp_pass(outcome: subprocess.CompletedProcess[str]) -> None:
    """Each of them ran, none failed, and no memory was misused."""
    assert outcome.returncode == 0, outcome.stdout[-500:] + outcome.stderr[-2000:]
    written = TESTS.read_text()
    assert outcome.stdout.split() == [
        line.strip().removeprefix("RUN(").removesuffix(");")
        for line in written.splitlines()
        if line.startswith("  RUN(")
    ]
    # A test that is written but not run would look like one that passes.
    assert written.count("static void ") - 1 == written.count("  RUN(")
