"""Imports without garbage collection."""

import subprocess
import sys

import pytest

SCRIPT = """
import gc, sys
import proxyclip_geo as pg

{prepare}
state, frozen, generations = gc.isenabled(), gc.get_freeze_count(), []
gc.callbacks.append(lambda phase, info: generations.append(info["generation"]))
modules = set(sys.modules)
pg.label
same = gc.get_freeze_count() <= frozen, gc.isenabled() == state
found = len(set(sys.modules) - modules) > 1000, *same, list(generations)
print(found)
young = [[] for _ in range(100)]
pg.LabelOptions
print(any(item is young for item in gc.get_objects(generation=0)))
"""


@pytest.mark.parametrize("prepare", ["gc.enable()", "gc.disable()"])
def test_an_import_collects_nothing_and_restores_the_collection(prepare: str) -> None:
    command = [sys.executable, "-c", SCRIPT.format(prepare=prepare)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    # What is no import does not age objects.
    assert done.stdout.splitlines() == ["(True, True, True, [])", "True"]
