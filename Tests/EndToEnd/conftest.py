"""Starts the real binary, with the simulator or the recorded answers behind it, for the tests of this folder."""

import pathlib
import shutil
import tempfile

import pytest

from harness import Appliance, Replay, Simulator, shared_folder


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
