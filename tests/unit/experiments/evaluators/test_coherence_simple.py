"""coherence_simple: each penalty, and the texts that must not pay it."""

import pytest

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.coherence_simple import CoherenceSimple
from evaligo.records import Item, Output, Score


def look(output: str) -> Score:
    (found,) = CoherenceSimple().evaluate(Case(item=Item(id="a", input=""), output=Output(text=output)), None)
    return found


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("It is big and it is big and it is big and it is big and it is big.", "over and over"),
        ("hohohohohohohohohohohohoho", "without end"),
        ("We sell lamps. Call us now. We sell lamps. Call us now. We sell lamps.", "lamps"),
        ("Open the lid, take out the filter, and rinse it under the", "stops after 'the'"),
        ("It has four legs. Two of them are in front, two of them behind, like a", "stops after 'a'"),
        ('{"a": [1, 2', "left open"),
        ("```python\nx = 1", "left open"),
        ("Table the of is under and the or of blue at the.", "cannot"),
        ("sdkfj wrtpq mnbvc xzlkj qwrt", "none"),
        ("ItS mY bEsT tExT aNd SoUnDs GrEaT tO aNyBoDy WhO rEaDs It.", "none"),
        ("Itâ€™s a cafÃ©.", "encoding"),
        ("Hello<|im_end|>", "template"),
        ("The lamp is new und die Lampe ist nicht teuer, which is the reason for it.", "mixes"),
        ("The lamp 灯 is on the table 桌子 and it is 很 bright.", "switches"),
        ("The lamp is safe for children. It is blue. The lamp is not safe for children.", "denies"),
        (
            "Hearts have chambers. Trams stopped early. Basil needs sun. Kings were captured. Silver costs money.",
            "take up nothing",
        ),
        ("", "empty"),
    ],
)
def test_what_is_incoherent_is_found_and_named(output: str, why: str) -> None:
    found = look(output)
    assert (found.value if found.value is not None else 1.0) < 0.5
    assert why in found.reason


@pytest.mark.parametrize(
    "output",
    [
        "42",
        "Paris",
        "The answer is 17.5 kg",
        "No, no, no!",
        "1. Open the lid.\n2. Remove the filter.\n3. Rinse the pipe.\n4. Fasten both screws.",
        "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
        "```python\nfor i in range(3):\n    print(i)\n```",
        '{"a": [1, 2], "b": {"c": "the"}}',
        "The lamp is safe for adults. The lamp is not safe for children.",
        "Is it safe? No, it is not safe.",
        'In German one says "Guten Morgen, wie geht es Ihnen", in French "bonjour".',
        "The API of the SDK uses HTTP, JSON and XML.",
        "Die Lampe ist neu. Sie steht auf dem Tisch und ist nicht teuer.",
        "Dear Ms Wu,\n\nthe parcel was sent today.\n\nKind regards,\nTom Baker",
    ],
)
def test_what_is_coherent_pays_nothing(output: str) -> None:
    found = look(output)
    assert found.value == 1.0, found.reason


def test_a_long_text_is_judged_in_linear_time() -> None:
    text = " ".join(f"Part {n} of the lamp stands beside part {n + 1}." for n in range(5_000))
    assert look(text).value is not None
