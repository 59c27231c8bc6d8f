"""Starts the real binary, with the simulator or the recorded answers behind it, for the tests of this folder."""

import pathlib
import shutil
import tempfile

import pytest

from harness import TABLES, Appliance, Replay, Simulator, shared_folder


@pytest.fixture
def folder():
    """An empty folder with a short path: a Unix socket's path must fit into 107 bytes."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="appliance-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_simulator():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(shared_simulator):
    """A simulator without memory of earlier tests."""
    shared_simulator.reset()
    return shared_simulator


@pytest.fixture(scope="session")
def replay():
    """The recorded answers of ../shared; tests that need them are skipped without."""
    if shared_folder() is None:
        pytest.skip("../shared is not here")
    with Replay() as replay:
        yield replay


@pytest.fixture
def appliance(folder):
    """A running appliance on an empty data folder."""
    with Appliance(folder / "data") as appliance:
        yield appliance


@pytest.fixture
def gateway(appliance, simulator):
    """A running appliance with the simulator behind it in every dialect, and one user."""
    appliance.add_simulator(simulator)
    return appliance


def pytest_terminal_summary(terminalreporter):
    """Prints the tables that tests have filled: who agrees, of how many."""
    for title, table in TABLES.items():
        terminalreporter.section(title)
        columns = list(dict.fromkeys(column for row in table.values() for column in row))
        groups = list(dict.fromkeys(column.split(" ")[0] for column in columns))
        rows = sorted(name for name in table if name != "all") + ["all"]
        for group in groups:
            subjects = [column for column in columns if column.split(" ")[0] == group]
            heads = "".join(f"{subject.partition(' ')[2]:>13}" for subject in subjects)
            terminalreporter.write_line(f"{group:14}{heads}")
            for name in rows:
                cells = [table[name].get(subject) for subject in subjects]
                if any(cells):
                    texts = [f"{cell[0]} of {cell[1]}" if cell else "" for cell in cells]
                    line = "".join(f"{text:>13}" for text in texts)
                    terminalreporter.write_line(f"  {name:12}{line}")
