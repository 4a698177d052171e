"""Make `repeats.json` and `providers.json` of this folder with promptfoo 0.121.20 and a provider of our own.

    python make.py PROMPTFOO      PROMPTFOO is the command, such as node_modules/.bin/promptfoo

Nothing is edited but the stack traces that Node writes into errors: the folders in them are cut.
`baseline.json` and `candidate.json` come from the same tool against a local endpoint: 120 sums in 20 passages.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent

PROVIDER = """
module.exports = class {
  constructor(options) { this.skill = options.config.skill; this.label = options.label; }
  id() { return 'adder:' + this.skill; }
  async callApi(prompt, context) {
    const { a, b } = context.vars;
    const repeat = context.repeatIndex || 0;
    if (a === 3) return { error: 'the endpoint answered 503' };
    if (a === 4 && repeat === 0) throw new Error('the answer was cut off');
    const wrong = (Number(a) + repeat + this.skill) % 5 === 2;
    return { output: String(Number(a) + b + (wrong ? 1 : 0)), cost: 0.001 * (Number(a) + 1) };
  }
};
"""

RIGHT = {"type": "javascript", "value": "Number(output) === Number(context.vars.a) + context.vars.b", "metric": "right"}
BREVITY = {"type": "javascript", "value": "1 / output.length", "metric": "brevity"}


def test(a, b, passage, **more):
    return {"vars": {"a": a, "b": b}, "metadata": {"passage": {"id": passage}, **more}}


CONFIGS = {
    "repeats": {
        "description": "sums",
        "prompts": ["{{a}} plus {{b}}?"],
        "providers": [{"id": "file://adder.cjs", "config": {"skill": 0}}],
        "defaultTest": {"assert": [RIGHT, BREVITY]},
        "tests": [
            test(0, 1, "p0", id="q0"),
            test(2, 1, "p0", id="q2"),
            test(3, 1, "p1", id="q3"),
            test(4, 11, "p1", id="q4"),
            test(["6", "7"], 11, "p1", id="q6"),
        ],
        "evaluateOptions": {"repeat": 2},
    },
    "providers": {
        "description": "sums by two providers and two prompts",
        "prompts": [{"raw": "{{a}} plus {{b}}?", "label": "short"}, {"raw": "What is {{a}} plus {{b}}?", "label": "long"}],
        "providers": [
            {"id": "file://adder.cjs", "label": "novice", "config": {"skill": 0}},
            {"id": "file://adder.cjs", "label": "expert", "config": {"skill": 3}},
        ],
        "defaultTest": {"assert": [RIGHT]},
        "tests": [test(n, 1, "p0") for n in (0, 1, 2)],
    },
}  # fmt: skip


def cut_folders(value):
    if isinstance(value, dict):
        return {key: cut_folders(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [cut_folders(inner) for inner in value]
    return re.sub(r"(file://)?/[\w./@+-]*/", "", value) if isinstance(value, str) else value


def make(command, name):
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        (where / "adder.cjs").write_text(PROVIDER)
        (where / "promptfooconfig.json").write_text(json.dumps(CONFIGS[name]))
        quiet = ("TELEMETRY", "UPDATE", "REMOTE_GENERATION", "SHARING")
        subprocess.run(
            [command, "eval", "-c", "promptfooconfig.json", "--no-cache", "-o", "out.json", "--no-table"],
            cwd=where,
            env={**os.environ, "PROMPTFOO_CONFIG_DIR": folder, **{f"PROMPTFOO_DISABLE_{q}": "1" for q in quiet}},
            check=False,  # 100 says that a test failed, as some here are meant to
        )
        made = json.loads((where / "out.json").read_text())
    (HERE / f"{name}.json").write_text(json.dumps(cut_folders(made)))


if __name__ == "__main__":
    for name in CONFIGS:
        make(str(Path(sys.argv[1]).absolute()), name)
