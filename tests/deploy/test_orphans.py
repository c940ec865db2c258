"""What an earlier run left behind is ended, and nothing else."""

import os
import subprocess
import sys

from sql.patience import PULSE
from sql.settings import PROJECT

_ENDS = "import sys; from pathlib import Path; from deploy import orphans; orphans.end(Path(sys.argv[1]), 1.0, print)"


def test_a_run_that_was_started_with_the_pulse_of_another_does_not_end_itself(tmp_path):
    pulse = str(tmp_path / "etl.pulse")
    ended = subprocess.run(
        [sys.executable, "-c", _ENDS, pulse], cwd=PROJECT, env=os.environ | {PULSE: pulse}, timeout=60, check=False
    )
    assert ended.returncode == 0
