"""The reading path: short, verbatim, and nothing said of a clause that does not stand in it."""

from __future__ import annotations

import re

import pytest

from assistant.bearers import bodies_in, may_be_same
from assistant.bodies import Body
from assistant.corpus import Corpus
from assistant.tour import KINDS, STEPS, reading_path
from assistant.tour_reader import Step
from index.policy import Policy, Role
from index.text import squeeze
from tests.assistant.library import corpus_of, whole_corpus
from tests.assistant.look import PLAN

CORPORA = {name: Corpus({name: policy}) for name, policy in whole_corpus().policies.items()}
ROLE_WORDS = ("牵头", "配合", "负责", "落实")
KIND_OF = {
    Role.LEAD: "lead",
    Role.RESPONSIBLE: "lead",
    Role.SUPPORT: "support",
    Role.IMPLEMENT: "implement",
}
REGULATION = """临水市停车管理办法

第一章　总则

第一条　为了规范停车秩序，制定本办法。

第二条　本市行政区域内的停车管理，适用本办法。

第三条　本办法所称停车场，是指供车辆停放的场所。

第二章　附则

第四条　本办法由市人民政府负责解释。
"""


def readers(corpus: Corpus, policy: str) -> list[Body | None]:
    """Every body of a policy, and nobody."""
    return [None, *bodies_in(corpus, policy)]


def quoted(policy: Policy, step: Step) -> str:
    """What the step shows of the policy, without blanks."""
    return squeeze("".join(policy.source[start:end] for start, end in step.spans))


@pytest.mark.parametrize("name", CORPORA)
def test_a_path_is_short_and_what_is_said_stands_in_the_clause(name: str) -> None:
    corpus = CORPORA[name]
    policy = corpus.policies[name]
    named = {squeeze(duty.organisation) for duty in policy.duties}
    for body in readers(corpus, name):
        path = reading_path(corpus, name, body)
        assert 1 <= len(path) <= STEPS
        assert len({step.spans[0] for step in path}) == len(path)
        assert [step.kind for step in path] == sorted((s.kind for s in path), key=list(KINDS).index)
        for step in path:
            for start, end in step.spans:
                text = policy.source[start:end]
                assert text and text == text.strip()
            shown = quoted(policy, step)
            sentence = squeeze(step.sentence)
            for fact in (*(n for n in named if n in sentence), *re.findall(r"\d[\d.]*", sentence)):
                assert fact in shown, (step, fact)
            for word in ROLE_WORDS:
                assert word not in sentence or word in shown, step


@pytest.mark.parametrize("name", CORPORA)
def test_the_steps_of_a_body_are_its_own_by_the_ledger(name: str) -> None:
    corpus = CORPORA[name]
    policy = corpus.policies[name]
    led = {(duty.start, duty.end) for duty in policy.duties if duty.role is Role.LEAD}
    for body in bodies_in(corpus, name):
        own: dict[str, set[tuple[int, int]]] = {"lead": set(), "support": set(), "implement": set()}
        for duty in policy.duties:
            if duty.organisation in body.names:
                beside = duty.role is Role.RESPONSIBLE and (duty.start, duty.end) in led
                kind = "support" if beside else KIND_OF[duty.role]
                own[kind].add((duty.start, duty.end))
        path = reading_path(corpus, name, body)
        shown = {step.spans[0] for step in path}
        for kind, clauses in own.items():
            steps = {step.spans[0] for step in path if step.kind == kind}
            assert steps <= clauses
            assert steps or clauses <= shown or len(path) == STEPS, (body.name, kind)


@pytest.mark.parametrize("name", CORPORA)
def test_english_paths_go_through_the_same_clauses(name: str) -> None:
    corpus = CORPORA[name]
    for body in readers(corpus, name)[:3]:
        zh, en = reading_path(corpus, name, body), reading_path(corpus, name, body, "en")
        assert [step.spans for step in zh] == [step.spans for step in en]


def test_the_path_of_a_bureau_of_the_plan() -> None:
    corpus = CORPORA[PLAN]
    policy = corpus.policies[PLAN]
    (body,) = [body for body in bodies_in(corpus, PLAN) if body.name == "市市场监管局"]
    path = reading_path(corpus, PLAN, body)
    by_kind = {kind: [step for step in path if step.kind == kind] for kind in KINDS}
    assert "制定本方案" in quoted(policy, by_kind["start"][0])
    assert by_kind["goal"][0].title == "一、总体要求"
    assert by_kind["lead"][0].sentence == "你们（市市场监管局）牵头这项任务，市工业和信息化局配合。"
    assert "突出质量品牌建设" in quoted(policy, by_kind["lead"][0])
    assert any("省级工业品牌培育示范企业15户以上" in step.sentence for step in by_kind["number"])
    assert any("以下均需各县" in quoted(policy, step) for step in by_kind["rule"])
    supported = [step.sentence for step in by_kind["support"]]
    assert "你们（市市场监管局）配合这项任务，由市工业和信息化局牵头。" in supported


def test_who_only_carries_out_by_a_rule_reads_the_rule_beside_the_clause() -> None:
    corpus = CORPORA[PLAN]
    (body,) = [body for body in bodies_in(corpus, PLAN) if body.name == "各县（区）"]
    steps = [step for step in reading_path(corpus, PLAN, body) if step.kind == "implement"]
    source = corpus.policies[PLAN].source
    assert steps
    assert all("以下均需各县（区）" in "".join(source[a:b] for a, b in step.spans) for step in steps)


def test_a_regulation_without_duties_has_a_path_of_what_it_is_for() -> None:
    corpus = corpus_of(test=REGULATION)
    assert [body.name for body in bodies_in(corpus, "test")] == ["市人民政府"]
    path = reading_path(corpus, "test", None)
    source = corpus.policies["test"].source
    texts = [source[slice(*step.spans[0])] for step in path]
    assert [step.kind for step in path][:2] == ["start", "scope"]
    assert "为了规范停车秩序，制定本办法。" in texts
    assert "本办法所称停车场，是指供车辆停放的场所。" in texts
    assert any("负责解释" in text for text in texts)


def test_a_body_that_is_written_variously_is_one() -> None:
    corpus = corpus_of(
        test="安平市人民政府办公室关于印发行动方案的通知\n\n安平市行动方案\n\n一、任务\n\n"
        "（一）办第一件事（市发展改革委牵头，市财政局配合）。\n\n"
        "（二）办第二件事（市发展和改革委员会牵头，市财政局、市级有关部门配合）。\n\n"
        "（三）办第三件事（省财政厅牵头，发展改革委配合）。\n"
    )
    bodies = {body.name: body.names for body in bodies_in(corpus, "test")}
    assert bodies["市发展改革委"] == ("市发展改革委", "市发展和改革委员会", "发展改革委")
    assert {"市财政局", "省财政厅"} <= set(bodies)
    assert not any("有关部门" in name for name in bodies)


def test_in_doubt_two_names_are_one_body() -> None:
    assert may_be_same("财政部门", "市财政局")
    assert may_be_same("各县（区）", "各县（区）人民政府")
    assert not may_be_same("市财政局", "市教育局")
