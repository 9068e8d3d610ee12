"""The quiz: one right option, the others wrong by the ledger, which is read here without the generator."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from assistant.bearers import bodies_in
from assistant.bodies import Body
from assistant.corpus import Corpus
from assistant.quiz import QUESTIONS, make_quiz
from assistant.quiz_ground import FEWEST, GAP, OPTIONS, Ground, Question
from assistant.quiz_targets import ask_number
from index.organisations import read_name
from index.policy import Duty, Policy, Role
from index.text import squeeze
from prompts import phrase
from tests.assistant.library import corpus_of, whole_corpus
from tests.assistant.look import PLAN

CORPORA = {name: Corpus({name: policy}) for name, policy in whole_corpus().policies.items()}
SEEDS = (1, 2, 3)
MAIN = (Role.LEAD, Role.RESPONSIBLE)
ROOT = Path(__file__).parents[2]


def inner(question: Question) -> str:
    """What a question quotes."""
    return question.text[question.text.index("“") + 1 : question.text.rindex("”")]


def wrong(question: Question) -> list[str]:
    return [option for at, option in enumerate(question.options) if at != question.right]


def stems(duties: list[Duty]) -> set[str]:
    return {read_name(duty.organisation).stem for duty in duties}


def faults(policy: Policy, question: Question) -> list[str]:
    """What the ledger holds against a question: a right option that is not, a wrong one that is right."""
    right, others = question.options[question.right], wrong(question)
    clause = [duty for duty in policy.duties if (duty.start, duty.end) == question.spans[0]]
    cited = squeeze("".join(policy.source[start:end] for start, end in question.spans))
    if question.kind in ("who", "support"):
        asked = (
            Role.SUPPORT
            if question.kind == "support"
            else Role.LEAD
            if "牵头" in question.text[-8:]
            else Role.RESPONSIBLE
        )
        bearers = [duty for duty in clause if duty.role is asked]
        could = clause if question.kind == "support" else [duty for duty in clause if duty.role in MAIN]
        alike = [d for d in policy.duties if squeeze(d.task) == squeeze(inner(question)) and d.role in MAIN]
        bad = [o for o in others if read_name(o).stem in stems(could) | stems(alike)]
        return (
            bad
            + [right] * (right not in [duty.organisation for duty in bearers])
            + ([right] if squeeze(right) not in cited else [])
        )
    if question.kind == "task":
        match = re.search("哪一项由(.+?)(?:牵头|负责)？$", question.text)
        assert match
        stem = read_name(match[1]).stem
        bad = [
            o for o in others if stem in stems([d for d in policy.duties if d.task == o and d.role in MAIN])
        ]
        unknown = [o for o in others if not any(d.task == o for d in policy.duties)]
        own = [d for d in clause if d.task == right and d.organisation == match[1] and d.role in MAIN]
        return bad + unknown + ([] if own else [right])
    year = re.search(r"（(\d{4})年）$|^(\d{4})年，“", question.text)
    if question.kind in ("name", "number") and GAP in question.text and not year:
        before, _, behind = inner(question).partition(GAP)
        near = before.rpartition("：")[2]  # behind what opens the list that it is an item of
        true = {o for o in question.options if squeeze(near + o + behind) in squeeze(policy.source)}
        return sorted(true ^ {right})
    number = {option: re.findall(r"[\d.]+", option.replace(",", "")) for option in question.options}
    if question.kind == "number":  # of an indicator, in a year where one is told
        due = next((int(group) for group in year.groups() if group), None) if year else None
        of = squeeze(inner(question)).replace(squeeze(GAP), "")
        values = {
            t.low for t in policy.targets if squeeze(t.indicator) in of and t.year == due and not t.base
        }
        return [o for o in question.options if (float(number[o][0]) in values) is (o != right)]
    if question.kind == "year":
        same = [
            t for t in policy.targets if squeeze(policy.source[t.start : t.end]) == squeeze(inner(question))
        ]
        years = {f"{t.year}年" for t in same}
        start = question.spans[0][0]
        last = re.findall(r"20[1-4]\d(?!\d)", policy.source[start : same[0].start])[-1]
        return [o for o in others if o in years] + [right] * (years != {right} or f"{last}年" != right)
    assert question.kind == "deadline"
    said = squeeze(policy.source[slice(*question.spans[0])])
    return [o for o in others if squeeze(o) in said] + [right] * (squeeze(right) not in said)


@pytest.mark.parametrize("name", CORPORA)
def test_one_option_is_right_and_the_others_are_wrong_by_the_ledger(name: str) -> None:
    corpus = CORPORA[name]
    policy = corpus.policies[name]
    readers: list[Body | None] = [None, *bodies_in(corpus, name)]
    for place, body in enumerate(readers):
        for seed in SEEDS if body is None else (place,):
            quiz = make_quiz(corpus, name, body, seed)
            assert 0 < len(quiz) <= QUESTIONS
            assert len({question.text for question in quiz}) == len(quiz)
            for question in quiz:
                assert FEWEST <= len(question.options) <= OPTIONS
                assert len({squeeze(option) for option in question.options}) == len(question.options)
                assert all(0 <= start < end <= len(policy.source) for start, end in question.spans)
                assert faults(policy, question) == [], question


@pytest.mark.parametrize("name", CORPORA)
def test_the_same_seed_gives_the_same_quiz(name: str) -> None:
    corpus = CORPORA[name]
    for body in (None, *bodies_in(corpus, name)[:2]):
        assert make_quiz(corpus, name, body, 5) == make_quiz(corpus, name, body, 5)


def test_another_process_gives_the_same_quiz_and_another_seed_another() -> None:
    code = (
        "import sys; from assistant.quiz import make_quiz; from tests.assistant.library import corpus_of; "
        "corpus = corpus_of(test=sys.stdin.read()); "
        "print([question.text for question in make_quiz(corpus, 'test', None, 1)])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
        input=CORPORA[PLAN].policies[PLAN].source,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    corpus = corpus_of(test=CORPORA[PLAN].policies[PLAN].source)
    first, second = (make_quiz(corpus, "test", None, seed) for seed in (1, 2))
    assert told.stdout.strip() == str([question.text for question in first])
    assert [q.text for q in first] != [q.text for q in second]


def test_a_quiz_has_ten_questions_of_several_kinds_and_begins_with_the_bureau() -> None:
    corpus = CORPORA[PLAN]
    policy = corpus.policies[PLAN]
    assert len({q.kind for q in make_quiz(corpus, PLAN, None, 1)}) >= 4
    for body in bodies_in(corpus, PLAN):
        quiz = make_quiz(corpus, PLAN, body, 1)
        assert len(quiz) == QUESTIONS
        start, end = quiz[0].spans[0]
        own = [d for d in policy.duties if d.organisation in body.names]
        assert any(d.start <= start and end <= d.end for d in own), (body.name, quiz[0])


def test_the_values_keep_their_comparator() -> None:
    corpus = CORPORA[PLAN]
    found = {
        q.text: q for seed in range(30) for q in make_quiz(corpus, PLAN, None, seed) if q.kind == "number"
    }
    (question,) = [q for text, q in found.items() if "规上工业企业" in text and "800" in q.options[q.right]]
    assert question.options[question.right] == "突破800家"
    assert all(re.fullmatch(r"突破\d+家", option) for option in question.options)


def test_a_task_whose_bearers_are_not_all_named_is_not_asked_about() -> None:
    tasks = "".join(
        f"{n}. 做第{name}件大事。认真做好（市{body}牵头，{other}配合）。\n\n"
        for n, name, body, other in (
            (1, "一", "财政局", "市级有关部门"),
            (2, "二", "教育局", "市体育局"),
            (3, "三", "民政局", "市审计局"),
            (4, "四", "水利局", "市气象局"),
            (5, "五", "农业农村局", "市林业局"),
        )
    )
    corpus = corpus_of(test=f"安平市行动方案\n\n一、任务\n\n{tasks}")
    asked = [question for seed in range(20) for question in make_quiz(corpus, "test", None, seed)]
    supports = {question.text for question in asked if question.kind == "support"}
    assert supports == {phrase("zh", "quiz_support", task=f"做第{name}件大事") for name in "二三四五"}
    assert not [question for question in asked if "有关部门" in " ".join(question.options)]


def test_a_policy_without_duties_and_numbers_gives_no_quiz() -> None:
    corpus = corpus_of(test="安平市倡议书\n\n一、倡议\n\n大家都要爱护环境。\n")
    assert make_quiz(corpus, "test", None, 1) == ()


def test_values_that_are_told_in_a_row_are_no_options_for_each_other() -> None:
    name = "qingjiang-zhineng-2025"  # 果蔬、肉类、水产品产地低温处理率分别达到32%、86%、90%
    policy = CORPORA[name].policies[name]
    (target,) = [t for t in policy.targets if "分别达到32%" in policy.source[t.start : t.end]]
    for seed in range(20):
        question = ask_number(Ground(policy, (), (), None, "zh", Random(seed)), target)
        assert question
        assert not {"达到86%", "达到90%"} & set(question.options)


def questions(policy: str, kind: str) -> list[Question]:
    """Every question of a kind that thirty quizzes on a text ask."""
    corpus = corpus_of(test=policy)
    return [q for seed in range(30) for q in make_quiz(corpus, "test", None, seed) if q.kind == kind]


def test_a_value_that_is_due_in_two_years_is_not_asked_for_its_year() -> None:
    text = "到2026年，甲率达到41%，乙率达到52%。到2027年，甲率达到41%，乙率达到63%。"
    asked = questions(f"安平市行动方案\n\n一、目标\n\n{text}\n", "year")
    assert any("乙率" in question.text for question in asked)
    assert not any("甲率" in question.text for question in asked)


BEARERS = ("财政局", "教育局", "民政局", "水利局", "农业农村局", "体育局")


def test_tasks_of_one_name_are_not_asked_about() -> None:
    names = ("加强宣传", "加强宣传", "修好水渠", "办好学校", "管好粮仓", "建好球场")
    tasks = "".join(
        f"{number}. {name}。认真做好（市{body}牵头）。\n\n"
        for number, (name, body) in enumerate(zip(names, BEARERS, strict=True), 1)
    )
    policy = f"安平市行动方案\n\n一、任务\n\n{tasks}"
    assert questions(policy, "who") and questions(policy, "task")
    for question in (*questions(policy, "who"), *questions(policy, "task")):
        assert "加强宣传" not in " ".join([question.text, *question.options])


def test_one_date_in_two_wordings_is_one() -> None:
    dates = (
        "2026年底前",
        "2026年12月底前",
        "2027年6月底前",
        "2027年9月底前",
        "2028年6月底前",
        "2028年3月底前",
    )
    names = ("修好水渠", "办好学校", "管好粮仓", "建好球场", "种好树木", "看好门户")
    tasks = "".join(
        f"{number}. {name}。认真做好。\n牵头单位：市{body}\n完成时限：{date}\n\n"
        for number, (name, body, date) in enumerate(zip(names, BEARERS, dates, strict=True), 1)
    )
    asked = questions(f"安平市行动方案\n\n一、任务\n\n{tasks}", "deadline")
    assert any("2026年" in question.options[question.right] for question in asked)
    for question in asked:
        assert not {"2026年底前", "2026年12月底前"} <= set(question.options)
