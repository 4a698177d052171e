"""Make the run folder `addition/` with crfm-helm 0.5.16: its dataclasses, perturbation, metrics' evaluation and JSON.

Run it in an environment with `pip install crfm-helm==0.5.16`, from this folder. Only the model is no model: it adds
up rightly in three of four cases. `stats.json` holds what HELM itself makes of the scores.
"""

import dataclasses
import json
import random
from pathlib import Path

from helm.benchmark.adaptation.adapter_spec import AdapterSpec
from helm.benchmark.adaptation.request_state import RequestState
from helm.benchmark.adaptation.scenario_state import ScenarioState
from helm.benchmark.augmentations.lowercase_perturbation import LowerCasePerturbation
from helm.benchmark.metrics.metric import Metric, MetricSpec
from helm.benchmark.metrics.metric_name import MetricName
from helm.benchmark.metrics.statistic import Stat
from helm.benchmark.run_spec import RunSpec
from helm.benchmark.scenarios.scenario import CORRECT_TAG, Input, Instance, Output, Reference, ScenarioSpec
from helm.common.general import asdict_without_nones
from helm.common.request import GeneratedOutput, Request, RequestResult

HERE = Path(__file__).parent / "addition"
ADAPTER = AdapterSpec(method="generation", model="simple/guesser", model_deployment="simple/guesser", num_train_trials=2)
SPEC = RunSpec(
    name="addition:digits=1,model=simple_guesser",
    scenario_spec=ScenarioSpec(class_name="addition.Addition", args={"digits": 1}),
    adapter_spec=ADAPTER,
    metric_specs=[MetricSpec(class_name="addition.Match"), MetricSpec(class_name="addition.Length")],
    groups=["addition"],
)


class Match(Metric):
    def evaluate_generation(self, adapter_spec, request_state, metric_service, eval_cache_path):
        said = request_state.result.completions[0].text
        right = request_state.instance.references[0].output.text
        return [Stat(MetricName("exact_match")).add(said == right)]


class Length(Metric):
    """Writes entries of its own for the same instances, as every HELM metric does; one of them without a value."""

    def evaluate_generation(self, adapter_spec, request_state, metric_service, eval_cache_path):
        said = request_state.result.completions[0].text
        return [Stat(MetricName("num_output_tokens")).add(len(said)), Stat(MetricName("logprob"))]


def instances():
    plain = [
        Instance(
            input=Input(text=f"What is {a} Plus {a * 3}?"),
            references=[Reference(Output(text=str(a * 4)), tags=[CORRECT_TAG])],
            split="test",
            id=f"id{a}",
            extra_data={"passage_id": f"p{a // 2}"},
        )
        for a in range(8)
    ]
    lower = LowerCasePerturbation()
    return [*plain, *(lower.apply(instance) for instance in plain)]


def answered():
    rng = random.Random(3)
    for trial in range(ADAPTER.num_train_trials):
        for instance in instances():
            right = int(instance.references[0].output.text)
            text = str(right + (rng.random() < 1 / 4))
            request = Request(model="simple/guesser", model_deployment="simple/guesser", prompt=instance.input.text)
            result = RequestResult(
                success=True, embedding=[], cached=False, completions=[GeneratedOutput(text=text, logprob=0, tokens=[])]
            )
            yield RequestState(
                instance=instance, reference_index=None, request_mode=None, train_trial_index=trial,
                output_mapping=None, request=request, result=result, num_train_instances=0, prompt_truncated=False,
            )  # fmt: skip


def main():
    # One Instance object a question, for HELM groups its request states by identity.
    state = list(answered())
    first = state[: len(state) // 2]
    state = [dataclasses.replace(s, instance=first[n % len(first)].instance) for n, s in enumerate(state)]
    scenario_state = ScenarioState(adapter_spec=ADAPTER, request_states=state)
    results = [metric.evaluate(scenario_state, None, "", 1) for metric in (Match(), Length())]
    HERE.mkdir(exist_ok=True)
    files = {
        "run_spec": asdict_without_nones(SPEC),
        "scenario_state": asdict_without_nones(scenario_state),
        "stats": [asdict_without_nones(stat) for r in results for stat in r.aggregated_stats],
        "per_instance_stats": [asdict_without_nones(stat) for r in results for stat in r.per_instance_stats],
    }
    for name, content in files.items():
        (HERE / f"{name}.json").write_text(json.dumps(content, indent=2))


if __name__ == "__main__":
    main()
