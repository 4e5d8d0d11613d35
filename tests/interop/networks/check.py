"""Holds the readers against live tools: `python check.py TOOL...`; outside CI, with Backlit and pytest beside it.

Each tool records new networks, of another seed than the files that are kept, in a copy of this folder, and the tests
that hold the kept files read that copy. Each script of recording says what it needs; `make extras` installs it, as
far as pip has it; neuralnet is on CRAN alone: `python check.py neuralnet` where R has it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PYTHON, SEED = sys.executable, "2024"
RECORDING = {  # tool: its command, the programs that it needs, how Debian calls them, the tests that read its files
    "fann": (["sh", "record.sh"], ["cc"], "gcc libfann-dev", "recorded.py", "as_its_tool and fann"),
    "brainjs": (["sh", "record.sh"], ["npm", "node"], "nodejs npm", "recorded.py", "as_its_tool and brainjs"),
    "nnet": (["Rscript", "record.R"], ["Rscript"], "r-base-core r-cran-nnet", "recorded.py", "as_its_tool and nnet"),
    "neuralnet": (["Rscript", "record.R"], ["Rscript"], "r-base-core", "recorded.py", "as_its_tool and neuralnet"),
    "opencv": ([PYTHON, "record.py"], [], "", "recorded.py", "as_its_tool and opencv"),
    "onnx": ([PYTHON, "record.py"], [], "", "recorded.py", "as_its_tool and onnx"),
    "keras": ([PYTHON, "record.py"], [], "", "recorded.py", "as_its_tool and keras"),
    "weka": ([PYTHON, "record.py"], ["java"], "default-jre-headless", "weka.py", "as_weka_did and weka39"),
    "pmml": ([PYTHON, "record.py"], ["java"], "default-jre-headless", "pmml.py", "as_jpmml_did"),
}


def held(tool):
    """Whether a tool's new networks are read as it reads them itself."""
    command, programs, packages, test, which = RECORDING[tool]
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        print(f"{tool}: {missing[0]} is missing: apt-get install {packages}")
        return False
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(HERE, folder, dirs_exist_ok=True)
        for path in Path(folder, tool).iterdir():
            if not path.name.startswith("record"):
                path.unlink()
        given = {**os.environ, "SEED": SEED, "BACKLIT_RECORDED": folder}
        try:
            subprocess.run(command, cwd=Path(folder, tool), env=given, check=True)
        except subprocess.CalledProcessError as error:
            print(f"{tool}: {error}")
            return False
        tests = [str(HERE.parent / f"test_networks_{test}"), "-k", which, "-q", "-p", "no:cacheprovider"]
        return subprocess.run([PYTHON, "-m", "pytest", *tests], env=given, check=False).returncode == 0


def main(tools):
    failed = [tool for tool in tools or RECORDING if not held(tool)]
    print(f"not held: {', '.join(failed)}" if failed else f"ok: {', '.join(tools or RECORDING)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
