"""Words as their sense is compared: without inflection, joined with their nearest synonyms, told from their opposites.

The lists are short and general on purpose. What they cannot know (that a railway station is no airport) is left to the
evaluators' other checks, and to the ones that ask a model.
"""

from __future__ import annotations

from functools import lru_cache

from evaligo.experiments.evaluators.wordlist import words

__all__ = ["NEGATORS", "STOPWORDS", "Lemma", "lemma", "stem"]

Lemma = tuple[str, int]
"""A word's canonical form, and its polarity: -1 for the opposite of the form, else 1."""

STOPWORDS = words(
    """
    a an the this that these those there here it its itself he him his she her hers they them their
    theirs we us our you your yours i me my mine who whom whose which what when where why how all any
    both each every some such own same other another one ones of in on at by for with from to into onto
    about as than then so if or and but nor while whereas because since though although until unless
    during per via upon also too very just only even still already again ever yet rather quite either
    more most much many be is are was were been being am do does did done doing have has had having will
    would shall should can could may might must need needs needed get gets got let lets make makes made
    use uses used using go goes going went come comes came take takes took taken put keep keeps kept
    give gives given gave say says said know known called named like well able up down out off over
    under through between among within after beneath before above below s t re ve ll d m le la les l un
    une des du de et ou est sont il elle ils elles que qui dans en au aux pour par sur avec se sa son
    ses ce cette ces der die das den dem ein eine einen einem einer und oder ist sind es sie er wir man
    im zum zur von mit auf bei für el los las unos unas y o del al por para con su sus lo
    """
) - {"above", "below"}  # fmt: skip
NEGATORS = words(
    """
    not no never none nobody nothing neither nor without cannot isnt arent wasnt werent dont doesnt
    didnt hasnt havent hadnt wont wouldnt shouldnt couldnt cant mustnt neednt hardly nowhere ain't pas
    jamais aucun aucune nicht kein keine keinen keiner nie niemals nunca ningún ninguna niet geen não
    """
)

_IRREGULAR = """
rose risen:rise fell fallen:fall built:build began begun:begin held:hold left:leave sold:sell bought:buy
led:lead wrote written:write won:win ran:run found:find lost:lose paid:pay sent:send spent:spend
met:meet grew grown:grow rising:rise arisen:arise broke broken:break chose chosen:choose spoke
spoken:speak drove driven:drive flew flown:fly ate eaten:eat drank drunk:drink saw seen:see felt:feel
told:tell thought:think taught:teach caught:catch brought:bring stood:stand understood:understand
became:become froze frozen:freeze shrank shrunk:shrink sank sunk:sink children:child people:person
men:man women:woman feet:foot teeth:tooth mice:mouse lives:life wives:wife halves:half dying died dead
death:die lay lain:lie worn wore:wear swam swum:swim sang sung:sing fought:fight daily:day weekly:week
monthly:month yearly annual annually:year
"""

_SYNONYMS = """
buy purchase acquire obtain|begin start commence|end finish conclude|big large huge|small little tiny|fast quick rapid
firm company business corporation|refund reimburse reimbursement|return send_back|free gratis complimentary
cost price charge fee pay|doctor physician|show display|help assist support|need require requirement necessary mandatory must
permit allow authorise authorize|forbid prohibit ban|build construct construction building|fix repair mend|error fault
choose select pick|delete remove erase|create produce manufacture make|employee worker staff|job post position
receive get obtain|answer reply respond response|cancel terminate|photo photograph photography picture|car vehicle automobile
kid child|near close_by|discover detect find|stay remain retain|live reside|work function operate operation
occur happen|reduce lower decrease decline drop fall|increase raise rise grow|beat defeat|road street|film movie
found establish|clean wash|entry entrance admission|illness disease|harm damage|approximately about roughly around
move shift|frequent common|warm heat|sun sunlight sunshine|head lead
phone telephone|email e-mail mail|yearly annual|teacher instructor|final last|spoil rot
""".strip().replace("\n", "|")

_OPPOSITES = """
open:close closed shut|allow:forbid|increase:decrease|support:oppose against opposed|accept:reject refuse decline_to|approve:reject
include:exclude|add:delete|win:lose|arrive:depart leave|legal:illegal|hot:cold|wet moist:dry|long:short|high:low|old:new
above:below|early:late|maximum:minimum|first:last|always:never|ascending ascend:descending descend
possible:impossible|available:unavailable|valid:invalid|safe:dangerous unsafe|true:false|same:different|cost:free
full-time fulltime:part-time parttime|unlimited:limited|expensive:cheap|strong:weak|good:bad|import:export|enable:disable
public:private|success succeed:fail failure|internal:external|import:export|profit:loss|guilty:innocent|alive:dead
longest:shortest|highest:lowest|largest:smallest|thick:thin|hard:soft|light:dark|rich:poor
constitutional:unconstitutional|changed:unchanged|required need:optional|warm:cool
""".strip().replace("\n", "|")

_ENDINGS = (
    "ations", "ation", "ments", "ment", "ness", "ingly", "edly", "ings", "ing", "ies", "ied", "ions", "ion", "ers", "er",
    "est", "ed", "es", "ly", "al", "s", "e", "y",
)  # fmt: skip


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Cut the endings of inflection from a lower-case word; a few derivations go with them.

    Examples
    --------
    >>> {stem(word) for word in ("close", "closed", "closes", "closing")}, stem("bus")
    ({'clos'}, 'bus')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            if ending == "s" and word[-2] in "usi":
                break
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" else word


def _tables() -> tuple[dict[str, str], dict[str, str], dict[str, Lemma]]:
    irregular: dict[str, str] = {}
    words: list[str] = []
    for token in _IRREGULAR.split():
        form, _, base = token.partition(":")
        words.append(form)
        if base:
            irregular |= dict.fromkeys(words, base)
            words = []
    same: dict[str, str] = {}
    for group in _SYNONYMS.split("|"):
        first, *others = (stem(word) for word in group.split())
        for other in others:
            same.setdefault(other, same.get(first, first))
    poles: dict[str, Lemma] = {}
    for pair in _OPPOSITES.split("|"):
        plus, minus = ([same.get(stem(w), stem(w)) for w in side.split()] for side in pair.split(":"))
        for word in plus:
            poles.setdefault(word, (plus[0], 1))
        for word in minus:
            poles.setdefault(word, (poles[plus[0]][0], -1))
    return irregular, same, poles


_IRREGULARS, _SAME, _POLES = _tables()


@lru_cache(maxsize=50_000)
def lemma(word: str) -> Lemma:
    """Return a lower-case word's canonical form and polarity.

    Examples
    --------
    >>> lemma("rose") == lemma("increased"), lemma("closed")
    (True, ('open', -1))
    >>> lemma("unavailable")
    ('availabl', -1)
    """
    base = stem(_IRREGULARS.get(word, word))
    base = _SAME.get(base, base)
    if base in _POLES:
        return _POLES[base]
    for prefix in ("un", "non"):
        rest = base.removeprefix(prefix).lstrip("-")
        if rest != base and len(rest) >= 4 and not base.startswith(("under", "unit", "uni")):
            return rest, -1
    return base, 1
