"""Records printed networks of Weka, the tables that they were trained on, rows and Weka's own outputs; outside CI.

Needs a Java runtime and `pip install jpype1==1.7.1 python-weka-wrapper3==0.3.3`, which brings weka.jar 3.9.7 (Weka:
GPL-3; 3.6: GPL-2). Another jar, such as that of `apt-get install weka=3.6.14-3`, is given as the argument.
"""

import json
import os
import random
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import jpype

HERE = Path(__file__).parent
CASES = (
    # name, kind of the target, options
    ("numbers", "numeric", "-H 2"),
    ("two_classes", "{no,yes}", "-H 3"),
    ("classes", "{p,q,r}", "-H 3,2"),
    ("as_codes", "{p,q,r}", "-H 2 -B"),
    ("class_not_scaled", "numeric", "-H 2 -C"),
    ("not_scaled", "numeric", "-H 2 -C -I"),
    ("no_hidden", "{p,q}", "-H 0"),
)
HEADER = """@relation {name}
@attribute age numeric
@attribute colour {{red,'dark green',blue}}
@attribute smokes {{n,y}}
@attribute height numeric
@attribute constant numeric
@attribute target {kind}
@data
"""


def table(name, kind):
    lines = []
    for _ in range(30):
        age, height = random.uniform(20, 60), random.gauss(1.7, 0.1)
        colour, smokes = random.choice(("red", "'dark green'", "blue")), random.choice("ny")
        value = age / 20 + (colour == "red") - 5 * (height - 1.7) * (smokes == "y")
        classes = kind.strip("{}").split(",")
        target = f"{100 + value:.2f}" if kind == "numeric" else classes[int(value - 0.5) % 3 % len(classes)]
        lines.append(f"{age:.1f},{colour},{smokes},{height:.2f},7,{target}")
    return HEADER.format(name=name, kind=kind) + "\n".join(lines) + "\n"


def main():
    jars = sys.argv[1:] or [str(path) for path in Path(find_spec("weka").origin).parent.glob("lib/*.jar")]
    jpype.startJVM(classpath=jars)
    version = str(jpype.JClass("weka.core.Version").VERSION)
    short = "".join(version.split(".")[:2])
    instances = jpype.JClass("weka.core.Instances")
    network = jpype.JClass("weka.classifiers.functions.MultilayerPerceptron")
    utils, reader = jpype.JClass("weka.core.Utils"), jpype.JClass("java.io.StringReader")
    cases = []
    for name, kind, options in CASES if short == "39" else CASES[:3]:
        random.seed(int(os.environ.get("SEED", "24")))
        data_name = "_".join(re.findall(r"\w+", kind))
        text = table(data_name, kind)
        data = instances(reader(text))
        data.setClassIndex(data.numAttributes() - 1)
        model = network()
        model.setOptions(utils.splitOptions(f"{options} -N 60"))
        model.buildClassifier(data)
        file = f"weka{short}_{name}.txt"
        given = " ".join(filter(None, map(str, model.getOptions())))
        scheme = f"Scheme:       weka.classifiers.functions.MultilayerPerceptron {given}"
        # headed as the Explorer heads its results
        (HERE / file).write_text(f"{scheme}\n\n{model.toString()}")
        (HERE / f"{data_name}.arff").write_text(text)
        rows = [data.instance(i) for i in range(6)]
        rows[1].setMissing(0)
        rows[2].setMissing(1)
        rows[3].setMissing(2)
        rows[4].setValue(3, 2.5)  # beyond the table
        rows[5].setValue(4, 8.0)  # a column that was constant
        inputs = [[None if row.isMissing(i) else value(row, i) for i in range(5)] for row in rows]
        outputs = [list(map(float, model.distributionForInstance(row))) for row in rows]
        case = {"file": file, "data": f"{data_name}.arff", "options": options, "tolerance": 1e-12}
        cases.append({**case, "inputs": inputs, "outputs": outputs})
    head = {"tool": f"Weka {version}", "licence": "GPL-3" if short == "39" else "GPL-2"}
    lines = ",\n  ".join(json.dumps(case) for case in cases)
    (HERE / f"expected{short}.json").write_text(f'{json.dumps(head)[:-1]}, "cases": [\n  {lines}\n]}}\n')


def value(row, i):
    return float(row.value(i)) if row.attribute(i).isNumeric() else str(row.stringValue(i))


if __name__ == "__main__":
    main()
