"""The hybrid retriever as a LangChain retriever: both scores, the number asked for, silent sides."""

from __future__ import annotations

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda

from assistant.chain import PolicyAssistant
from assistant.retriever import CHUNK, SENTENCE, SPREAD, HybridRetriever
from tests.assistant.look import PLAN


@pytest.fixture(scope="module")
def retriever(assistant: PolicyAssistant) -> HybridRetriever:
    """The retriever of the assistant."""
    return assistant.retriever


def test_documents_carry_place_and_both_scores(retriever: HybridRetriever, source: str) -> None:
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("绿色工厂的目标")
    for document in documents:
        data = document.metadata
        assert set(data) == {"policy", "section", "start", "end", "score", "dense", "keyword"}
        assert data["policy"] == PLAN
        assert document.page_content == source[data["start"] : data["end"]]
        assert 0 <= data["score"] <= 1
    assert documents[0].metadata["dense"] > 0 and documents[0].metadata["keyword"] > 0


@pytest.mark.parametrize(
    ("query", "clause"),
    [
        ("绿色工厂的目标由哪个局牵头？", "新增省级以上绿色工厂 8 家"),
        ("标准地+承诺制", "标准地+承诺制"),
        ("企业融资需求", "十行千亿惠万企"),
        ("专精特新", "专精特新企业突破 70 家"),
        ("綠色工廠", "新增省级以上绿色工厂 8 家"),
        ("green factories 绿色工厂", "新增省级以上绿色工厂 8 家"),
        ("四水四定", "四水四定"),
    ],
)
def test_the_clause_is_among_the_first_three(retriever: HybridRetriever, query: str, clause: str) -> None:
    assert any(clause in document.page_content for document in retriever.invoke(query)[:3])


@pytest.mark.parametrize("query", ["Which measures support industrial workers?", "green factory targets"])
def test_the_keyword_side_does_not_vote_on_an_english_question(
    retriever: HybridRetriever, query: str
) -> None:
    passages = retriever.search(query)
    assert {passage.keyword for passage in passages} == {0.0}
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0


def test_both_sides_vote_on_a_chinese_question(retriever: HybridRetriever) -> None:
    passages = retriever.search("绿色工厂的目标由哪个局牵头？")
    assert any(passage.keyword for passage in passages) and any(passage.dense for passage in passages)
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)


@pytest.mark.parametrize("k", [1, 3, 8, 500])
def test_k_is_respected(assistant: PolicyAssistant, k: int) -> None:
    documents = HybridRetriever(index=assistant.index, k=k).invoke("绿色工厂")
    assert len(documents) == min(k, len(assistant.retriever.search("绿色工厂")))


def test_no_passage_comes_twice(retriever: HybridRetriever) -> None:
    places = [(p.policy, p.start, p.end) for p in retriever.search("产业集群规模")]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("query", ["", " ", "？！", "🏭", "\x00", "'; DROP TABLE duties; --", "a" * 3000])
def test_any_query_is_searched(retriever: HybridRetriever, query: str) -> None:
    assert len(retriever.invoke(query)) <= retriever.k


def test_it_is_a_part_of_a_chain(retriever: HybridRetriever) -> None:
    chain = retriever | RunnableLambda(len)
    assert chain.invoke("绿色工厂") == retriever.k
    assert [len(found) for found in retriever.batch(["绿色工厂", "现代材料"])] == [retriever.k] * 2


def test_without_keywords_the_score_is_the_nearness_alone(retriever: HybridRetriever) -> None:
    passages = retriever.search("Which measures support industrial workers?")
    chunks = _risen([passage.dense for passage in passages])
    nearest = _risen([max(passage.near) for passage in passages])
    for passage, chunk, sentence in zip(passages, chunks, nearest, strict=True):
        expected = (CHUNK * chunk + SENTENCE * sentence) / (CHUNK + SENTENCE)
        assert passage.score == pytest.approx(expected, abs=0.01)


def _risen(cosines: list[float]) -> list[float]:
    mean = sum(cosines) / len(cosines)
    return [max(0.0, min(1.0, (value - mean) / SPREAD)) for value in cosines]


def test_the_passage_of_the_best_sentence_comes_first(assistant: PolicyAssistant) -> None:
    question = "By what year should Hanzhong's modern industrial system be basically in place?"
    found = assistant.retrieve(question, 12)
    assert "到2035年" in found[0].text
    asked = assistant.read(question)
    _, again, _ = assistant.answerer.search(asked.text, "en")
    assert sorted(again[:12], key=lambda p: -p.fused) != found  # the retriever's own order is another
