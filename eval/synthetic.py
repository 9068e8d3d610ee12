"""Policies that nobody issued: the structure of official documents, with words and numbers drawn by a seed.

Four kinds in turn, as they differ in real life: a plan whose duties stand in brackets, a plan with lines of
牵头单位 and 配合单位, regulations of chapters and articles, and a task list as a table. The same seed and number
give the same text on every machine. Words come from a pool that is drawn once for a seed and used unevenly, so that
documents share words as real ones do.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random

_CHARACTERS = "岚枢沅澄砚珩骁桁湄溯荻芷舷炘铄镧锆钽榫楠槿菁蔚苇翎鹭骊驷鲲鳞砾磐璞珏琨瑾穗秸稷黍籽粟酵醇缣绢绫缎绛纡纶帛笙筝筑篁簏"
_POOL = 1200  # words of a seed
_BUREAUS = 24  # names of bodies of a seed
_NUMERALS = "一二三四五六七八九十"
_UNITS = ("家", "个", "项", "处", "万亩", "公里", "亿元", "万元", "%")
_COMPARATORS = ("达到{}", "突破{}", "{}以上", "不少于{}", "力争达到{}")
_VERBS = ("推进", "加快", "完善", "培育", "建设", "提升", "规范", "做强", "健全", "统筹")
_NOUNS = (
    "体系建设",
    "服务能力",
    "产业集群",
    "示范工程",
    "监测网络",
    "项目储备",
    "质量标准",
    "应急机制",
    "技术改造",
)
_SENTENCES = (
    "围绕{a}和{b}两个方向，建立{c}重点项目清单，按月调度、按季通报。",
    "支持{a}企业开展{b}改造，推广{c}工艺，提高资源利用效率和产品附加值。",
    "统筹用好{a}专项资金，优先安排{b}和{c}项目，严格绩效管理。",
    "鼓励高校院所与{a}企业共建{b}实验室，推动{c}成果就地转化。",
    "加强{a}安全监管，排查{b}环节风险隐患，完善{c}应急预案。",
    "依托{a}园区，引进{b}龙头企业，带动{c}配套企业集聚发展。",
)
_RULES = (
    "从事{a}活动的单位应当建立{b}台账，如实记录{c}的种类、数量和去向，保存期限不少于{n}年。",
    "申请{a}许可的，应当提交{b}证明和{c}方案；受理部门应当自受理之日起{n}个工作日内作出决定。",
    "任何单位和个人不得擅自变更{a}的用途，不得损毁{b}设施或者阻碍{c}检查。",
    "未按照规定报送{a}情况的，由主管部门责令限期改正；逾期不改正的，处{n}万元以下的罚款。",
    "{a}经营者应当每年至少组织{n}次{b}演练，并公布{c}投诉电话。",
)


def policy_text(seed: int, number: int, items: int = 8) -> str:
    """The text of policy ``number`` (from 0) with about ``items`` tasks or articles."""
    kinds = (_bracketed, _lines, _regulation, _table)
    draw = Random(f"{seed} {number}")  # a text seeds alike on every machine
    return kinds[number % len(kinds)](_Words(seed, draw), draw, number, items)


def write_policies(folder: Path, seed: int, count: int) -> int:
    """Write ``count`` policies as files of their own; returns how many characters they have in all."""
    folder.mkdir(parents=True)
    characters = 0
    for number in range(count):
        text = policy_text(seed, number)
        (folder / f"synthetic-{number:04}.md").write_text(text, "utf-8")
        characters += len(text)
    return characters


class _Words:
    """Words, bodies and numbers for one policy."""

    def __init__(self, seed: int, draw: Random) -> None:
        self._pool, self._weights, self._bureaus, self.place = _pool(seed)
        self._draw = draw

    def word(self) -> str:
        """A word of the pool; a few are frequent, most are rare (Zipf 1949)."""
        return self._draw.choices(self._pool, cum_weights=self._weights)[0]

    def bureaus(self, count: int) -> list[str]:
        """Names of different bodies."""
        return self._draw.sample(self._bureaus, count)

    def fill(self, sentence: str) -> str:
        """A sentence with its places filled in."""
        return sentence.format(a=self.word(), b=self.word(), c=self.word(), n=self._draw.randint(2, 30))

    def heading(self) -> str:
        """The name of a task."""
        return f"{self._draw.choice(_VERBS)}{self.word()}{self._draw.choice(_NOUNS)}"

    def target(self) -> str:
        """A commitment with a number."""
        value = f"{self._draw.randint(2, 99)}{self._draw.choice(_UNITS)}"
        reached = self._draw.choice(_COMPARATORS).format(value)
        return f"到{self._draw.randint(2025, 2030)}年，{self.word()}{self._draw.choice(_NOUNS)}{reached}"


@lru_cache(maxsize=4)
def _pool(seed: int) -> tuple[tuple[str, ...], tuple[float, ...], tuple[str, ...], str]:
    """Words, the running sum of their weights, names of bodies and the place of a seed."""
    draw = Random(f"{seed} pool")
    found: dict[str, None] = {}
    while len(found) < _POOL + _BUREAUS + 1:
        found["".join(draw.sample(_CHARACTERS, 2))] = None
    place, *words = found
    weights = tuple(accumulate(1 / rank for rank in range(1, _POOL + 1)))
    return tuple(words[:_POOL]), weights, tuple(f"市{word}局" for word in words[_POOL:]), place


def _head(words: _Words, draw: Random, number: int, kind: str) -> tuple[str, str]:
    """Title, and the header with title, recipients and preamble."""
    year = draw.randint(2020, 2025)
    day = f"{year}年{draw.randint(1, 12)}月{draw.randint(1, 28)}日"
    title = f"{words.place}市{words.word()}{words.word()}{kind}"
    fields = (
        f"索引号\t{draw.randrange(10**9):09}/{year}-{number:06}\t主题分类\t{words.word()}\n"
        f"发文机构\t{words.place}市人民政府\t发文时间\t{day}\n"
        f"发文字号\t{words.place}政发〔{year}〕{number + 1}号\t有效性\t有效\n"
    )
    return (
        title,
        f"{fields}\n{words.place}市人民政府关于印发《{title}》的通知\n\n各县（区）人民政府，市政府各部门：\n\n",
    )


def _plan(words: _Words, draw: Random, number: int, items: int, duty: str) -> str:
    """A plan in three parts; ``duty`` says how a task names who leads and who supports."""
    title, head = _head(words, draw, number, "实施方案")
    lines = [f"{head}现将《{title}》印发给你们，请认真贯彻执行。\n", f"{title}\n", "一、总体要求\n"]
    lines.append(f"{words.fill(draw.choice(_SENTENCES))}{words.target()}；{words.target()}。\n")
    lines.append("二、重点任务\n")
    for at in range(items):
        if at % 10 == 0:
            lines.append(f"（{_NUMERALS[at // 10 % 10]}）{words.heading()}\n")
        lead, *rest = words.bureaus(draw.randint(2, 4))
        text = words.fill(draw.choice(_SENTENCES)) + words.fill(draw.choice(_SENTENCES)) + words.target()
        lines.append(f"{at + 1}. {words.heading()}。{text}{duty.format(lead=lead, rest='、'.join(rest))}\n")
    lines.append("三、保障措施\n")
    lines += [
        f"（{_NUMERALS[at]}）{words.heading()}。{words.fill(draw.choice(_SENTENCES))}\n" for at in range(2)
    ]
    return "\n".join(lines)


def _bracketed(words: _Words, draw: Random, number: int, items: int) -> str:
    return _plan(words, draw, number, items, "（{lead}牵头，{rest}配合）。")


def _lines(words: _Words, draw: Random, number: int, items: int) -> str:
    return _plan(words, draw, number, items, "。\n牵头单位：{lead}；配合单位：{rest}")


def _regulation(words: _Words, draw: Random, number: int, items: int) -> str:
    title, head = _head(words, draw, number, "管理办法")
    lines = [f"{head}{title}\n"]
    body, *others = words.bureaus(3)
    for at in range(items + 4):
        if at % 5 == 0:
            chapter = "总则" if at == 0 else words.heading()
            lines.append(f"第{_NUMERALS[at // 5 % 10]}章　{chapter}\n")
        text = words.fill(draw.choice(_RULES)) + words.fill(draw.choice(_RULES))
        if at == 1:
            text = f"{body}负责本办法的组织实施。{others[0]}、{others[1]}按照职责配合做好{words.word()}工作。"
        lines.append(f"第{_counted(at + 1)}条　{text}\n")
    return "\n".join(lines)


def _table(words: _Words, draw: Random, number: int, items: int) -> str:
    title, head = _head(words, draw, number, "任务清单")
    first = draw.randint(2024, 2026)
    lines = [f"{head}{title}\n", "一、主要任务\n"]
    for at in range(items // 2):
        lead, *rest = words.bureaus(3)
        text = words.fill(draw.choice(_SENTENCES)).rstrip("。")
        lines.append(f"{at + 1}. {words.heading()}。{text}（{lead}牵头，{'、'.join(rest)}配合）。\n")
    rows = [f"| 指标 | 单位 | {first}年 | {first + 2}年 |", "|---|---|---|---|"]
    for _ in range(2 * items):
        low = draw.randint(2, 60)
        unit = draw.choice(_UNITS)
        rows.append(f"| {words.word()}{draw.choice(_NOUNS)} | {unit} | {low} | {low + draw.randint(1, 39)} |")
    return "\n".join([*lines, "二、主要指标\n", *rows, ""])


def _counted(number: int) -> str:
    """A number below 100 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _NUMERALS[tens - 1]) + "十" if tens else ""
    return head + (_NUMERALS[ones - 1] if ones else "")
